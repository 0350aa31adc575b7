/**
 * Copying pauses while there is no room and goes on by itself when there is. It says so once for each change, not once for each
 * message that waits.
 *
 * There are two ways to know: a limit, which is looked at before messages are worked on, and a put that found no room. After
 * the latter only another put can tell, so one message in a while is let through.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { BucketFull, describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Run } from '../../shared/queue/consume-batch.ts';

export interface PauseDeps {
  /** Whether a limit is reached. Asked before messages, but not more often than every five seconds. */
  readonly lackOfRoom: () => Promise<BucketFull | undefined>;
  readonly log: Log;
  readonly now: () => Date;
  /** For tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const LOOK_EVERY_MS = 5_000;
/** How long a message waits in its run: a queue of a hundred thousand is not turned over again and again for nothing. */
const HOLD_MS = 10_000;

interface Pause {
  readonly lack: BucketFull;
  readonly by: 'limit' | 'put';
  readonly since: number;
  /** When it was last found to be so. */
  readonly seenAt: number;
}

type Work<T> = (message: T, run: Run) => Promise<void>;

/** The same work, which throws {BucketFull} while there is no room. */
export function pausedWithoutRoom<T>(work: Work<T>, deps: PauseDeps): Work<T> {
  const { lackOfRoom, log, sleep = (ms, signal) => sleepFor(ms, undefined, { signal }) } = deps;
  const now = (): number => deps.now().getTime();
  let paused: Pause | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<BucketFull | undefined> | undefined;

  function pause(lack: BucketFull, by: Pause['by']): BucketFull {
    if (!paused) {
      const { code: reason, message, facts } = describeError(lack);
      log.warn('copy.paused', { reason, message, ...facts });
    }
    paused = { lack, by, since: paused?.since ?? now(), seenAt: now() };
    return lack;
  }

  function resume(): void {
    if (paused) log.info('copy.resumed', { paused_ms: now() - paused.since });
    paused = undefined;
  }

  /** Nothing, too, for those who are let through to see whether a put finds room. */
  async function look(): Promise<BucketFull | undefined> {
    const lack = await lackOfRoom();
    if (lack) return pause(lack, 'limit');
    if (paused?.by === 'limit') resume();
    return undefined;
  }

  async function lackNow(): Promise<BucketFull | undefined> {
    if (looking !== undefined) return looking;
    if (now() - lookedAt < LOOK_EVERY_MS) return paused?.lack;
    lookedAt = now();
    looking = look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return async (message, run) => {
    const until = now() + HOLD_MS;
    for (let lack = await lackNow(); lack; lack = await lackNow()) {
      if (now() >= until) throw lack;
      const found = lack;
      await sleep(LOOK_EVERY_MS, run.signal).catch(() => Promise.reject(found)); // out of time: a pause all the same
    }
    const began = now();
    try {
      await work(message, run);
    } catch (error) {
      if (error instanceof BucketFull) pause(error, 'put');
      throw error;
    }
    if (paused?.by === 'put' && began > paused.seenAt) resume();
  };
}
