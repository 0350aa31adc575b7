/**
 * Buckets in trouble, by what all functions log of them: a person reads one line when it begins and one when it is over, whoever
 * notices it how often.
 */
import type { LogLine } from '../shared/log.ts';

export interface BucketWatch {
  /** It is in trouble, and that has been said. */
  begin(bucket: string): void;
  /** @returns whether the line says something new: not when it only repeats that a bucket is in trouble. */
  hear(line: LogLine): boolean;
  /** Buckets that can be used again, when the line heard last says so and nobody says otherwise any more. Told once. */
  over(): readonly string[];
}

const BEGINNINGS: ReadonlySet<string> = new Set([
  'breaker.ignored', // as it is found before upstream is asked
  'bucket.down', // as serve finds it
  'channel.failed',
  'copy.paused',
  'function.failed',
]);
const ENDINGS: ReadonlySet<string> = new Set(['bucket.up', 'copy.resumed', 'function.recovered']);
/** What nobody has mentioned for so long is over, though nobody has said so: it was back before anybody needed it. */
const FORGOTTEN_MS = 60_000;

/** @param now milliseconds */
export function watchBuckets(now: () => number = () => performance.now()): BucketWatch {
  const troubled = new Map<string, number>(); // when it was mentioned last
  const failing = new Set<unknown>();
  let paused = 0; // processes: each says by turns that it pauses and that it goes on
  let ending = false;

  const isTroubled = (bucket: string): boolean => {
    const mentioned = troubled.get(bucket);
    return mentioned !== undefined && (paused + failing.size > 0 || now() - mentioned < FORGOTTEN_MS);
  };

  function keepCount({ event, function: name }: LogLine, bucket: string | undefined): void {
    if (event === 'copy.paused') paused += 1;
    if (event === 'copy.resumed' || (event === 'process.ended' && name === 'copy')) paused = Math.max(0, paused - 1);
    if (event === 'function.failed' && bucket !== undefined) failing.add(name);
    if (event === 'function.recovered') failing.delete(name);
  }

  return {
    begin(bucket) {
      troubled.set(bucket, now());
    },
    hear(line) {
      const bucket = bucketIn(line);
      const known = bucket !== undefined && isTroubled(bucket);
      keepCount(line, bucket);
      ending = ENDINGS.has(line.event);
      if (bucket === undefined || ending || (!known && !BEGINNINGS.has(line.event))) return true;
      troubled.set(bucket, now());
      return !known || line.event === 'copy.still-paused';
    },
    over() {
      if (!ending || paused + failing.size > 0) return [];
      const buckets = [...troubled.keys()];
      troubled.clear();
      return buckets;
    },
  };
}

/** The bucket that a line speaks of, itself or by its error. */
export function bucketIn(line: LogLine): string | undefined {
  const { facts } = typeof line.error === 'object' && line.error !== null ? (line.error as { facts?: unknown }) : {};
  const { bucket } = typeof facts === 'object' && facts !== null ? (facts as { bucket?: unknown }) : {};
  const named = line.bucket ?? bucket;
  return typeof named === 'string' ? named : undefined;
}
