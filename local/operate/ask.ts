/** Asks copy for store paths, no faster than told, in the order that they are given in. What is begun when it is told to end is done. */
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import { createThrottle } from '../../shared/upstream/throttle.ts';
import type { AskPlan } from './ask-plan.ts';
import { type MakeDueDeps, makeDue } from './make-due.ts';

export interface AskDeps extends MakeDueDeps {
  readonly queue: Pick<Queue, 'sendAll'>;
  /** For copy's log: on whose account. */
  readonly releaseOf?: (hash: StorePathHash) => ReleasePrefix | undefined;
  /** Messages a second. */
  readonly rate: number;
  /** Told, and waited for, when all up to `last` have been asked for. */
  readonly onAsked?: (asked: number, last: StorePathHash) => Promise<void> | void;
}

const MOST_AT_ONCE = 500;
const SEND_MS = 60_000;
const RECORDS_AT_ONCE = 16;

/** @returns how many were asked for: all, unless the signal ended it. @throws {QueueFailed} @throws {BucketFailed} */
export async function askFor(
  { ask, notDueYet }: Pick<AskPlan, 'ask' | 'notDueYet'>,
  deps: AskDeps,
  signal: AbortSignal,
): Promise<number> {
  const { queue, releaseOf, rate, onAsked } = deps;
  const throttle = createThrottle({ bytesPerSecond: rate }); // of messages
  const size = Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(rate / 2)));
  for (let from = 0; from < ask.length; from += size) {
    if (signal.aborted) return from;
    const some = ask.slice(from, from + size);
    const last = some.at(-1);
    const working = AbortSignal.timeout(SEND_MS);
    const waiting = some.filter((hash) => notDueYet.has(hash));
    await inParallel(waiting, RECORDS_AT_ONCE, async (hash) => void (await makeDue(hash, deps, working)));
    const bodies = some.map((hash) => {
      const release = releaseOf?.(hash);
      return formatCopyRequested(release === undefined ? { hash } : { hash, release });
    });
    await queue.sendAll(bodies, working);
    if (last !== undefined) await onAsked?.(from + some.length, last);
    if (from + size < ask.length) await throttle.take(some.length, signal).catch(() => undefined); // told to end: see above
  }
  return ask.length;
}
