/** Asks copy for references that nobody has listed (upstream's list of a release is not closed), and for what was damaged here. */
import { formatCopyRequested } from '../../events/copy-requested.ts';
import type { Log } from '../../shared/log.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import type { Memory } from './memory.ts';
import { toAsk } from './to-ask.ts';

/** Answers how many were asked for. */
export async function askForAbsent(
  {
    index,
    releases,
    unavailable,
    asked,
    damaged,
    withdrawn,
  }: Pick<Memory, 'index' | 'releases' | 'unavailable' | 'asked' | 'damaged' | 'withdrawn'>,
  { copyQueue, log }: { readonly copyQueue: Pick<Queue, 'sendAll'>; readonly log: Log },
  signal: AbortSignal,
): Promise<number> {
  const ask = [...toAsk(index.absent, asked, unavailable, damaged, releases.pending, withdrawn.going), ...damaged];
  if (ask.length === 0) return 0;
  await copyQueue.sendAll(
    ask.map((hash) => formatCopyRequested({ hash })),
    signal,
  );
  for (const hash of ask) asked.add(hash);
  damaged.clear();
  log.info('references.asked', { count: ask.length });
  return ask.length;
}
