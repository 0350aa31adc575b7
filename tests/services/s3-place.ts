/** Two empty buckets of an S3 server as the place where a mirror keeps what it holds. */
import { s3Bucket } from '../../shared/bucket/s3.ts';
import type { Place } from '../support/world.ts';
import type { S3Server } from './s3-server.ts';

/** @param name `<name>-cache` and `<name>-state` are the buckets. */
export async function createPlace(server: S3Server, name: string): Promise<Place> {
  const [cache, state] = [`${name}-cache`, `${name}-state`];
  const environment = {
    BUCKET: await server.createBucket(cache),
    STATE: await server.createBucket(state),
    ...server.credentials,
  };
  const open = (bucket: string) => s3Bucket({ client: server.client, bucket, name: `s3://${bucket}` });
  return { buckets: { bucket: open(cache), state: open(state) }, environment };
}
