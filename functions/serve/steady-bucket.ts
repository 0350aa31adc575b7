/**
 * The public bucket as serve reads it: every look-up ends in time, and a bucket that does not answer is not asked by everyone
 * who comes: it is known to be down, and one look-up a second finds out whether it still is.
 */
import { type Bucket, bytesOf, type ObjectHead } from '../../shared/bucket/bucket.ts';
import { BucketFailed, Malformed, Overloaded } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { inTime } from '../../shared/probe/probe.ts';
import { createBreaker, type Trouble } from './breaker.ts';
import type { Gate } from './gate.ts';
import { troubleOf } from './trouble.ts';
import { waited } from './waits.ts';

export type ReadBucket = Pick<Bucket, 'name' | 'head' | 'get'>;

export interface SteadyBucket extends ReadBucket {
  /** A small object whole: its body ends in time, too. */
  read(key: string): Promise<(ObjectHead & { readonly body: Buffer }) | undefined>;
  /** Whether it has not answered lately. What is remembered of it is worth nothing then: its NARs can't be had. */
  isDown(): boolean;
}

export interface SteadyBucketDeps {
  readonly gate: Gate;
  /** For one look-up; what a client reads afterwards takes as long as the client does. */
  readonly lookUpMs: number;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

const PROBE_EVERY_MS = 1_000;
const SAY_EVERY_MS = 10_000;

export function steadyBucket(bucket: ReadBucket, { gate, lookUpMs, now, log }: SteadyBucketDeps): SteadyBucket {
  let sayAgainAt = 0;
  const breaker = createBreaker<Trouble & { readonly error: unknown }>({
    pauseMs: PROBE_EVERY_MS,
    now,
    down: ({ error }) => log.warn('bucket.down', { bucket: bucket.name, error: troubleOf(error) }),
    up: () => log.info('bucket.up', { bucket: bucket.name }),
  });
  const tooLate = () => new BucketFailed('the storage does not answer in time', { waited_ms: lookUpMs });

  /** A line for each who is turned away would be more work than an answer. */
  function turnedAway(error: unknown): never {
    if (error instanceof Overloaded && now() >= sayAgainAt) {
      sayAgainAt = now() + SAY_EVERY_MS;
      log.warn('bucket.overloaded', { bucket: bucket.name, error: troubleOf(error) });
    }
    throw error;
  }

  async function lookUp<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (!breaker.passes()) throw new BucketFailed(`${bucket.name} does not answer`, { bucket: bucket.name });
    const asking = gate.pass(async () => {
      try {
        const found = await inTime(ask, lookUpMs, tooLate);
        breaker.answered();
        return found;
      } catch (error) {
        if (!(error instanceof Malformed)) breaker.failed({ error }); // that one is about the question
        throw error;
      }
    });
    return waited(asking).catch(turnedAway);
  }

  return {
    name: bucket.name,
    isDown: breaker.isOpen,
    head: (key) => lookUp((signal) => bucket.head(key, signal)),
    read: (key) =>
      lookUp(async (signal) => {
        const found = await bucket.get(key, { signal });
        return found && { ...found, body: await bytesOf(found.body) };
      }),
    // Its signal would end the body as well: the race alone ends the wait.
    get: (key, { range } = {}) => lookUp(() => bucket.get(key, range ? { range } : {})),
  };
}
