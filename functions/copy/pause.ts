/**
 * Copying pauses while a bucket can't be used, or has no room, and goes on by itself when it can. It says so once for each change,
 * not once for each message that waits.
 *
 * There are three ways to know. A limit is looked at before messages are worked on. A put that finds no room says so; after that
 * only another put can tell, so one message in a while is let through. And a failure that may be the bucket's makes us try
 * the bucket itself: only when that fails, too, is it more than one odd object, and then no message asks upstream for anything
 * until it succeeds.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { isDue } from '../../shared/due.ts';
import { type BucketDown, BucketFailed, BucketFull, describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Run } from '../../shared/queue/consume-batch.ts';

export interface PauseDeps {
  /** Whether a limit is reached. Asked before messages, but not more often than every five seconds. */
  readonly lackOfRoom: () => Promise<BucketFull | undefined>;
  /** Whether a bucket as a whole can't be used. Asked after a failure, and every five seconds while it is so. */
  readonly trouble: () => Promise<BucketDown | undefined>;
  readonly log: Log;
  readonly now: () => Date;
  /** For tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const LOOK_EVERY_MS = 5_000;
/** How long a message waits in its run: a queue of a hundred thousand is not turned over again and again for nothing. */
const HOLD_MS = 10_000;

interface Pause {
  readonly why: BucketDown;
  readonly by: 'limit' | 'put' | 'probe';
  readonly since: number;
  /** The run that began last when it was last found to be so. */
  readonly seenAt: number;
}

type Work<T> = (message: T, run: Run) => Promise<void>;

/** The same work, which throws {BucketDown} while a bucket can't be used, and so {BucketFull} while there is no room. */
export function pausedWithoutBucket<T>(work: Work<T>, deps: PauseDeps): Work<T> {
  const { lackOfRoom, trouble, log, sleep = (ms, signal) => sleepFor(ms, undefined, { signal }) } = deps;
  const now = (): number => deps.now().getTime();
  let paused: Pause | undefined;
  /** Begun so far: counted and not timed, for a clock may be set back. */
  let runs = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<BucketDown | undefined> | undefined;
  let trying: Promise<BucketDown | undefined> | undefined;

  function pause(why: BucketDown, by: Pause['by']): BucketDown {
    if (why.code !== paused?.why.code) {
      const { code: reason, message, facts } = describeError(why);
      log.warn(paused ? 'copy.still-paused' : 'copy.paused', { reason, message, ...facts });
    }
    paused = { why, by, since: paused?.since ?? now(), seenAt: runs };
    return why;
  }

  function resume(): void {
    if (paused) log.info('copy.resumed', { paused_ms: now() - paused.since, bucket: paused.why.facts.bucket });
    paused = undefined;
  }

  /** Nothing, too, for those who are let through to see whether a put finds room. */
  async function look(): Promise<BucketDown | undefined> {
    const lack = await lackOfRoom();
    if (lack) return pause(lack, 'limit');
    if (paused?.by === 'probe') {
      const still = await trouble();
      if (still) return pause(still, 'probe');
    }
    if (paused && paused.by !== 'put') resume();
    return undefined;
  }

  async function reasonNow(): Promise<BucketDown | undefined> {
    if (looking !== undefined) return looking;
    if (!isDue(lookedAt + LOOK_EVERY_MS, now(), LOOK_EVERY_MS)) return paused?.why;
    lookedAt = now();
    looking = look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  /** Many messages fail at once when a bucket goes away; the bucket is tried for all of them together. */
  async function confirmed(): Promise<BucketDown | undefined> {
    if (paused?.by === 'probe') return paused.why;
    trying ??= trouble().finally(() => {
      trying = undefined;
      lookedAt = now();
    });
    const found = await trying;
    return found && pause(found, 'probe');
  }

  return async (message, run) => {
    const until = now() + HOLD_MS;
    for (let why = await reasonNow(); why; why = await reasonNow()) {
      if (isDue(until, now(), HOLD_MS)) throw why;
      const found = why;
      await sleep(LOOK_EVERY_MS, run.signal).catch(() => Promise.reject(found)); // out of time: a pause all the same
    }
    runs += 1;
    const began = runs;
    try {
      await work(message, run);
    } catch (error) {
      if (error instanceof BucketFull) throw pause(error, 'put');
      throw (isSuspicious(error) && (await confirmed())) || error;
    }
    if (paused?.by === 'put' && began > paused.seenAt) resume();
  };
}

const isSuspicious = (error: unknown): boolean => error instanceof BucketFailed && error.facts.scope === 'bucket';
