/**
 * Counts a bucket whole, a little at each tick: a million objects take too long for one. The listing stays open in between, so no
 * page is read twice.
 */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { isDue } from '../../shared/due.ts';

export interface Total {
  readonly bytes: number;
  readonly objects: number;
}

export interface SlowCount {
  /** Goes on for about so long. @returns the total when all has been seen. */
  advance(ms: number, signal: AbortSignal): Promise<Total | undefined>;
}

export function countSlowly(bucket: Pick<Bucket, 'list'>, now: () => Date): SlowCount {
  const objects = bucket.list('', { sizes: true })[Symbol.asyncIterator]();
  const total = { bytes: 0, objects: 0 };
  return {
    async advance(ms, signal) {
      const end = now().getTime() + ms;
      do {
        signal.throwIfAborted();
        const next = await objects.next();
        if (next.done) return { ...total };
        total.bytes += next.value.size ?? 0;
        total.objects += 1;
      } while (!isDue(end, now().getTime(), ms));
      return undefined;
    },
  };
}
