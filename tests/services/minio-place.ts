/** Two empty buckets of a MinIO as the place where a mirror keeps what it holds. */
import { s3Bucket } from '../../shared/bucket/s3.ts';
import type { Place } from '../support/world.ts';
import type { Minio } from './minio.ts';

/** @param name `<name>-cache` and `<name>-state` are the buckets. */
export async function createPlace(minio: Minio, name: string): Promise<Place> {
  const [cache, state] = [`${name}-cache`, `${name}-state`];
  const environment = {
    BUCKET: await minio.createBucket(cache),
    STATE: await minio.createBucket(state),
    ...minio.credentials,
  };
  const open = (bucket: string) => s3Bucket({ client: minio.client, bucket, name: `s3://${bucket}` });
  return { buckets: { bucket: open(cache), state: open(state) }, environment };
}
