/** Why there is no room for another NAR, in one line: the public bucket holds as much as `MAX_BUCKET_BYTES` by publish's count. */
import { parseBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { BucketFull } from '../../shared/errors.ts';
import { inGiB } from './room.ts';

export interface Allowance {
  readonly bucket: Pick<Bucket, 'name'>;
  readonly state: Pick<Bucket, 'get'>;
  /** `MAX_BUCKET_BYTES` */
  readonly limit: number | undefined;
}

const READ_MS = 5_000;

/** Nothing while it is not known how much there is: the record is not there yet, damaged, or can't be read. */
export async function lackOfAllowance({ bucket, state, limit }: Allowance): Promise<BucketFull | undefined> {
  if (limit === undefined) return undefined;
  const text = await getText(state, USAGE_KEY, AbortSignal.timeout(READ_MS)).catch(() => undefined);
  const usage = readable(parseBucketUsage, text);
  if (!usage || usage.bytes < limit) return undefined;
  const message = `${bucket.name} holds ${inGiB(usage.bytes)}, and MAX_BUCKET_BYTES is ${inGiB(limit)}`;
  return new BucketFull(message, { bucket: bucket.name, limit, bytes: usage.bytes });
}
