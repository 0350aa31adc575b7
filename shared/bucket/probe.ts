/**
 * Tries a bucket as a whole: a put, a head and a delete of an object that says nothing, `probe`. Any number of processes may do so
 * at once; one that is cut leaves that object, which nobody names, and the next one takes it away.
 */
import { BucketDown, BucketFull, CopycatError, describeError } from '../errors.ts';
import type { Bucket } from './bucket.ts';

export type Probed = Pick<Bucket, 'name' | 'put' | 'head' | 'delete'>;
export type Step = 'put' | 'head' | 'delete';

export interface ProbeOptions {
  /** What has to succeed. Default: all. */
  readonly needed?: readonly Step[];
  /** For a bucket that does not answer at all, in milliseconds. Default 10 s. */
  readonly patienceMs?: number;
}

export const PROBE_KEY = 'probe';
const PATIENCE_MS = 10_000;
const STEPS: readonly Step[] = ['put', 'head', 'delete'];

/** What is wrong with the bucket, in one line: bucket, operation and answer. Nothing when it can be used. */
export async function troubleWith(
  bucket: Probed,
  { needed = STEPS, patienceMs = PATIENCE_MS }: ProbeOptions = {},
): Promise<BucketDown | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  const steps: Readonly<Record<Step, () => Promise<unknown>>> = {
    put: () => bucket.put(PROBE_KEY, PROBE_KEY, { signal }),
    head: () => bucket.head(PROBE_KEY, signal),
    delete: () => bucket.delete(PROBE_KEY, signal),
  };
  for (const operation of STEPS) {
    try {
      await steps[operation]();
    } catch (error) {
      if (!needed.includes(operation)) continue;
      const answer = signal.aborted ? `no answer in ${patienceMs / 1_000} s` : answerOf(error);
      const message = `${bucket.name} can't be used (${operation}): ${answer}`;
      const Trouble = error instanceof BucketFull ? BucketFull : BucketDown;
      return new Trouble(message, { bucket: bucket.name, operation, answer });
    }
  }
  return undefined;
}

/** That of the first bucket that has some. */
export async function troubleWithAny(
  buckets: readonly Probed[],
  options: ProbeOptions = {},
): Promise<BucketDown | undefined> {
  const troubles = await Promise.all(buckets.map((bucket) => troubleWith(bucket, options)));
  return troubles.find((trouble) => trouble !== undefined);
}

function answerOf(error: unknown): string {
  const answer = error instanceof CopycatError ? error.facts.answer : undefined;
  return typeof answer === 'string' ? answer : describeError(error).message;
}
