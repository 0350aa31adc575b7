/**
 * Buckets in trouble, by what all functions log of them: a person reads one line when it begins and one when it is over, whoever
 * notices it how often.
 */
import type { LogLine } from '../shared/log.ts';

export interface BucketWatch {
  /** Takes in a line. @returns whether it only repeats what is known. */
  isOldNews(line: LogLine): boolean;
  /** Buckets that can be used again, now that nobody says otherwise any more. Told once. */
  over(): readonly string[];
}

const BEGINNINGS: ReadonlySet<string> = new Set(['bucket.failed', 'channel.failed', 'copy.paused', 'function.failed']);
/** What nobody has mentioned for so long is over, though nobody has said so: it was back before anybody needed it. */
const FORGOTTEN_MS = 60_000;

/** @param now milliseconds */
export function watchBuckets(now: () => number = () => performance.now()): BucketWatch {
  const troubled = new Map<string, number>(); // when it was mentioned last
  const failing = new Set<unknown>();
  let paused = 0; // processes; each says by turns that it pauses and that it goes on
  let ended = false;

  const isKnown = (bucket: string): boolean =>
    now() - (troubled.get(bucket) ?? Number.NEGATIVE_INFINITY) < FORGOTTEN_MS || paused + failing.size > 0;

  return {
    isOldNews(line) {
      const { event } = line;
      if (event === 'copy.resumed' || (event === 'process.ended' && line.function === 'copy'))
        paused = Math.max(0, paused - 1);
      if (event === 'function.recovered') failing.delete(line.function);
      ended = event === 'copy.resumed' || event === 'function.recovered';

      const bucket = bucketOf(line);
      if (bucket === undefined) return false;
      const known = troubled.has(bucket) && isKnown(bucket);
      if (!known && !BEGINNINGS.has(event)) return false;
      if (event === 'copy.resumed') return false;
      troubled.set(bucket, now());
      if (event === 'copy.paused') paused += 1;
      if (event === 'function.failed') failing.add(line.function);
      return known && event !== 'copy.still-paused';
    },
    over() {
      if (!ended || paused + failing.size > 0) return [];
      const buckets = [...troubled.keys()];
      troubled.clear();
      return buckets;
    },
  };
}

function bucketOf(line: LogLine): string | undefined {
  const { facts } = typeof line.error === 'object' && line.error !== null ? (line.error as { facts?: unknown }) : {};
  const { bucket } = typeof facts === 'object' && facts !== null ? (facts as { bucket?: unknown }) : {};
  const named = line.bucket ?? bucket;
  return typeof named === 'string' ? named : undefined;
}
