/**
 * Keeps the record of how much the public bucket holds (`events/bucket-usage.ts`), so that copies, which know nothing of each other,
 * can stop at `MAX_BUCKET_BYTES`.
 *
 * The bucket is counted whole now and then; in between, the NAR of each path that is read staged is added, by its FileSize. What
 * comes while a count is under way is added to its result, though the count may have seen it, too: the figure errs on the
 * side of the limit, until the next count. What it does not see until then are the small files that go with a NAR.
 */
import { type BucketUsage, formatBucketUsage, parseBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { isDue } from '../../shared/due.ts';
import { BucketFailed, describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { NarInfo } from '../../shared/nix/narinfo.ts';
import { countSlowly, type SlowCount } from './count-slowly.ts';

export interface UsageDeps {
  readonly bucket: Pick<Bucket, 'list'>;
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly now: () => Date;
  /** `MAX_BUCKET_BYTES` */
  readonly limit: number;
}

export interface Usage {
  /** A path was read that is staged since then: its NAR is in the bucket. */
  add(narInfo: Pick<NarInfo, 'fileSize' | 'narSize'>, stagedAt: Date): void;
  /** Counts on, if it is time to, and writes the record when it has changed. @param tick when it began, and whether it was idle */
  keep(tick: { readonly began: Date; readonly idle: boolean }, signal: AbortSignal): Promise<void>;
  /** The first count of all is under way, and nobody knows what the bucket holds. */
  isCountingFirst(): boolean;
}

const MINUTE_MS = 60_000;
/** From the end of a count to the beginning of the next one; and when the limit is reached, for somebody may be making room. */
const COUNT_EVERY_MS = 60 * MINUTE_MS;
const COUNT_AT_LIMIT_MS = MINUTE_MS;
/** Of a tick that has other things to do, of one that has not, and the most of one in a minute, as deployed. */
const [SLICE_MS, IDLE_SLICE_MS, MOST_SLICE_MS] = [100, 1_000, 5_000];
const SHARE = 10;
const WRITE_EVERY_MS = 2_000;

/** What an earlier term has written is taken over; the first count begins at once all the same. A damaged record is as good as none. */
export async function openUsage(deps: UsageDeps, signal: AbortSignal): Promise<Usage> {
  const { bucket, state, lease, log, now, limit } = deps;
  const earlier = readable(parseBucketUsage, await getText(state, USAGE_KEY, signal));
  const takenOver = earlier && new Date(earlier.at);
  let known: Pick<BucketUsage, 'bytes' | 'objects' | 'countedAt'> | undefined = earlier;
  let added = 0; // since `known`
  let count: { readonly slow: SlowCount; readonly addedBefore: number; readonly began: number } | undefined;
  let countDue = 0;
  let keptAt: number | undefined;
  let written = { text: '', at: 0 };

  return {
    add({ fileSize, narSize }, stagedAt) {
      if (!takenOver || stagedAt > takenOver) added += fileSize ?? narSize;
    },
    async keep({ began, idle }, signal) {
      const sinceLast = began.getTime() - (keptAt ?? began.getTime());
      keptAt = began.getTime();
      await countOn(Math.max(idle ? IDLE_SLICE_MS : SLICE_MS, Math.min(MOST_SLICE_MS, sinceLast / SHARE)), signal);
      await write(began, signal);
    },
    isCountingFirst: () => known === undefined && count !== undefined,
  };

  async function countOn(ms: number, signal: AbortSignal): Promise<void> {
    if (!count && !isDue(countDue, now().getTime(), COUNT_EVERY_MS)) return;
    count ??= { slow: countSlowly(bucket, now), addedBefore: added, began: now().getTime() };
    try {
      const total = await count.slow.advance(ms, signal);
      if (!total) return;
      added -= count.addedBefore;
      known = { ...total, countedAt: now().toISOString() };
      log.debug('usage.counted', { ...total, duration_ms: now().getTime() - count.began });
    } catch (error) {
      if (signal.aborted || !(error instanceof BucketFailed)) throw error;
      log.warn('usage.not-counted', { error: describeError(error) }); // no reason not to publish
    }
    count = undefined;
    countDue = now().getTime() + (known && known.bytes + added >= limit ? COUNT_AT_LIMIT_MS : COUNT_EVERY_MS);
  }

  async function write(at: Date, signal: AbortSignal): Promise<void> {
    if (!known || !isDue(written.at + WRITE_EVERY_MS, now().getTime(), WRITE_EVERY_MS)) return;
    const usage = { ...known, bytes: known.bytes + added };
    const text = JSON.stringify(usage);
    if (text === written.text) return;
    await state.put(USAGE_KEY, formatBucketUsage({ ...usage, at: at.toISOString() }), {
      signal: await lease.keep(signal),
    });
    written = { text, at: now().getTime() };
  }
}
