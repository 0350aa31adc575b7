/** Why there is no room for another NAR, in one line: the disk of a bucket has less left than `MIN_FREE_BYTES`. */
import { BucketFull } from '../../shared/errors.ts';

export interface Disk {
  /** The bucket's name. */
  readonly bucket: string;
  /** Bytes; undefined where nobody knows. */
  readonly free: () => Promise<number | undefined>;
}

/** Nothing when there is room, or when it can't be told: then a put says what is wrong, and says it better. */
export async function lackOfRoom(disks: readonly Disk[], limit: number): Promise<BucketFull | undefined> {
  for (const { bucket, free: freeOf } of disks) {
    const free = await freeOf().catch(() => undefined);
    if (free !== undefined && free < limit) {
      const message = `${bucket} has ${inGiB(free)} free, less than MIN_FREE_BYTES of ${inGiB(limit)}`;
      return new BucketFull(message, { bucket, limit, free });
    }
  }
  return undefined;
}

export const inGiB = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
