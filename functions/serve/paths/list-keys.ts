/** A listing that ends: by number and by time. */
import type { Bucket, Listed } from '../../../shared/bucket/bucket.ts';

export type ListBucket = Pick<Bucket, 'list'>;

const LISTING_MS = 5_000;

/** @returns the first keys with the prefix, `most` at most. @throws {BucketFailed}, or a TimeoutError. */
export async function listKeys(
  bucket: ListBucket,
  prefix: string,
  { most, etags = false }: { readonly most: number; readonly etags?: boolean },
): Promise<readonly Listed[]> {
  const keys: Listed[] = [];
  for await (const listed of bucket.list(prefix, { etags, signal: AbortSignal.timeout(LISTING_MS) })) {
    keys.push(listed);
    if (keys.length === most) break;
  }
  return keys;
}
