/**
 * Tries both buckets before anything depends on them: a put, a head and a delete. What is wrong is told in one line, bucket,
 * operation and answer, instead of by every message later.
 *
 * A directory that can't be written to will not mend itself while we watch: the start fails. A server that does not answer, or
 * refuses, may be late or be set right: it is said, and all goes on by itself when it is back. A bucket that is full is only
 * full: it still serves.
 */
import { randomUUID } from 'node:crypto';
import type { Bucket } from '../shared/bucket/bucket.ts';
import { BucketFull, describeError, RuntimeFailed } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';

export interface ProbeDeps {
  readonly log: Pick<Log, 'warn'>;
  /** For a bucket that does not answer at all, in milliseconds. Default 10 s. */
  readonly patienceMs?: number;
}

type Probed = Pick<Bucket, 'name' | 'put' | 'head' | 'delete'>;

const PATIENCE_MS = 10_000;

/** @throws {RuntimeFailed} for a directory that can't be used. */
export async function probeBuckets(buckets: readonly Probed[], deps: ProbeDeps): Promise<void> {
  await Promise.all(buckets.map((bucket) => probe(bucket, deps)));
}

async function probe(bucket: Probed, { log, patienceMs = PATIENCE_MS }: ProbeDeps): Promise<void> {
  const trouble = await troubleWith(bucket, AbortSignal.timeout(patienceMs));
  if (!trouble) return;
  const { operation, error } = trouble;
  const { code: reason, message: answer } = describeError(error);
  const message = `${bucket.name} can't be used (${operation}): ${answer}`;
  if (bucket.name.startsWith('file:') && !(error instanceof BucketFull))
    throw new RuntimeFailed(message, { bucket: bucket.name, operation });
  log.warn('bucket.failed', { reason, message, bucket: bucket.name, operation });
}

/** A probe that was cut before its delete is an object that nobody names. */
async function troubleWith(
  bucket: Probed,
  signal: AbortSignal,
): Promise<{ readonly operation: string; readonly error: unknown } | undefined> {
  const key = `probe-${randomUUID()}`;
  const steps: [operation: string, step: () => Promise<unknown>][] = [
    ['put', () => bucket.put(key, 'probe', { signal })],
    ['head', () => bucket.head(key, signal)],
    ['delete', () => bucket.delete(key, signal)],
  ];
  for (const [operation, step] of steps) {
    try {
      await step();
    } catch (error) {
      return { operation, error };
    }
  }
  return undefined;
}
