/**
 * Tries both buckets before anything depends on them. What is wrong is told in one line, bucket, operation and answer, instead of
 * by every message later.
 *
 * A directory that can't be written to will not mend itself while we watch: the start fails. A server that does not answer, or
 * refuses, may be late or be set right: it is said, and all goes on by itself when it is back. A bucket that is full is only
 * full: it still serves.
 */
import { type Probed, troubleWith } from '../shared/bucket/probe.ts';
import { BucketFull, RuntimeFailed } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';

export interface ProbeDeps {
  readonly log: Pick<Log, 'warn'>;
  /** For a bucket that does not answer at all, in milliseconds. */
  readonly patienceMs?: number;
}

/** @throws {RuntimeFailed} for a directory that can't be used. */
export async function probeBuckets(buckets: readonly Probed[], deps: ProbeDeps): Promise<void> {
  await Promise.all(buckets.map((bucket) => probe(bucket, deps)));
}

async function probe(bucket: Probed, { log, patienceMs }: ProbeDeps): Promise<void> {
  const trouble = await troubleWith(bucket, patienceMs === undefined ? {} : { patienceMs });
  if (!trouble) return;
  const { message, facts, code: reason } = trouble;
  if (bucket.name.startsWith('file:') && !(trouble instanceof BucketFull)) throw new RuntimeFailed(message, facts);
  log.warn('bucket.failed', { reason, message, ...facts });
}
