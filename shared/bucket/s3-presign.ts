/**
 * Addresses that let a client fetch one object from the bucket itself, signed for the host that clients see (a bucket's own
 * endpoint may be reachable from inside only). Signing asks nobody.
 */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checkKey } from './bucket.ts';
import { openS3Client, type S3Place } from './s3-client.ts';

/** Answers an address for a GET (a HEAD with it is refused) that is good for so many seconds. */
export type Presign = (key: string) => Promise<string>;

export interface PresignOptions {
  readonly place: S3Place;
  /** `https://host`, where clients find the bucket. */
  readonly publicEndpoint: string | undefined;
  readonly expiresSeconds: number;
}

export function createPresign({ place, publicEndpoint, expiresSeconds: expiresIn }: PresignOptions): Presign {
  const client = openS3Client({ ...place, endpoint: publicEndpoint ?? place.endpoint });
  return (key) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket: place.bucket, Key: checkKey(key) }), { expiresIn });
}
