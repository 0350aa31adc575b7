/** A bucket that counts what is read and deleted, for who watches a long piece of work. */
import type { Bucket } from '../../shared/bucket/bucket.ts';

export interface BucketFigures {
  read: number;
  deleted: number;
}

export const countedBucket = (bucket: Bucket, figures: BucketFigures): Bucket => ({
  ...bucket,
  async get(key, options) {
    const object = await bucket.get(key, options);
    figures.read += 1;
    return object;
  },
  async delete(key, signal) {
    await bucket.delete(key, signal);
    figures.deleted += 1;
  },
});
