/**
 * Asks copy again: for what is unavailable and due, and for what got lost. Lost is what is waited for while the queue is
 * empty and nothing has moved for long (its message died without a word, or an operator purged the queue); a publisher that
 * has just begun looks at once.
 */
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { isNextDue } from '../../events/path-unavailable.ts';
import { isDue } from '../../shared/due.ts';
import type { Log } from '../../shared/log.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import type { Memory } from './memory.ts';

/** No answer for this long, or no progress of anything: ask once more. */
const PATIENCE_MS = 15 * 60_000;

export interface AskAgainDeps {
  readonly copyQueue: Pick<Queue, 'sendAll' | 'depth'>;
  readonly log: Log;
  readonly now: () => Date;
}

/** Answers how many lost paths were asked for; what is due is no news. */
export async function askAgain(memory: Memory, deps: AskAgainDeps, signal: AbortSignal): Promise<number> {
  await askForDue(memory, deps, signal);
  return askForLost(memory, deps, signal);
}

async function askForDue(
  { unavailable, askedAgain }: Memory,
  { copyQueue, log, now }: AskAgainDeps,
  signal: AbortSignal,
): Promise<void> {
  const at = now().getTime();
  const due = [...unavailable.values()]
    .filter(
      ({ hash, next }) => isNextDue({ next }, at) && isDue((askedAgain.get(hash) ?? 0) + PATIENCE_MS, at, PATIENCE_MS),
    )
    .map(({ hash }) => hash);
  if (due.length === 0) return;
  await send(due, copyQueue, signal);
  for (const hash of due) askedAgain.set(hash, at);
  log.info('unavailable.asked', { count: due.length });
}

async function askForLost(memory: Memory, { copyQueue, log, now }: AskAgainDeps, signal: AbortSignal): Promise<number> {
  const due = memory.lastProgress.getTime() + PATIENCE_MS;
  if (memory.lookedForLost && !isDue(due, now().getTime(), PATIENCE_MS)) return 0;
  const lost = lostPaths(memory);
  const { waiting, inFlight, delayed } = lost.length > 0 ? await copyQueue.depth(signal) : NOTHING;
  memory.lookedForLost = true;
  memory.lastProgress = now(); // whatever comes of it, not before as long again
  if (lost.length === 0 || waiting + inFlight + delayed > 0) return 0;
  await send(lost, copyQueue, signal);
  log.warn('lost.asked', { count: lost.length });
  return lost.length;
}

const NOTHING = { waiting: 0, inFlight: 0, delayed: 0 };

function lostPaths({ index, releases, unavailable, asked, withdrawn }: Memory): readonly StorePathHash[] {
  const waitedFor = new Set(index.absent);
  for (const { pending } of releases.followed) for (const hash of pending) waitedFor.add(hash);
  for (const hash of asked) waitedFor.add(hash);
  const isKnown = (hash: StorePathHash): boolean =>
    index.isStaged(hash) || unavailable.has(hash) || withdrawn.going.has(hash);
  return [...waitedFor].filter((hash) => !isKnown(hash));
}

const send = (
  hashes: readonly StorePathHash[],
  copyQueue: Pick<Queue, 'sendAll'>,
  signal: AbortSignal,
): Promise<number> =>
  copyQueue.sendAll(
    hashes.map((hash) => formatCopyRequested({ hash })),
    signal,
  );
