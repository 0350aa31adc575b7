/**
 * Addresses that let a client fetch one object from the bucket itself, signed for the host that clients see (a bucket's own
 * endpoint may be reachable from inside only). Signing asks nobody.
 */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checkKey } from './bucket.ts';
import { openS3Client, type S3Place } from './s3-client.ts';

/** What the bucket shall say of the object: it does not know what our objects are. */
export interface SaidOfObject {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Of one that was stored without saying so. */
  readonly contentEncoding?: string;
}

/** Answers an address for a GET (a HEAD with it is refused) that is good for so many seconds. */
export type Presign = (key: string, said: SaidOfObject) => Promise<string>;

export interface PresignOptions {
  readonly place: S3Place;
  /** `https://host`, where clients find the bucket. */
  readonly publicEndpoint: string | undefined;
  readonly expiresSeconds: number;
}

export function createPresign({ place, publicEndpoint, expiresSeconds: expiresIn }: PresignOptions): Presign {
  const client = openS3Client({ ...place, endpoint: publicEndpoint ?? place.endpoint });
  return (key, { contentType, cacheControl, contentEncoding }) => {
    const request = new GetObjectCommand({
      Bucket: place.bucket,
      Key: checkKey(key),
      ResponseContentType: contentType,
      ResponseCacheControl: cacheControl,
      ...(contentEncoding === undefined ? {} : { ResponseContentEncoding: contentEncoding }),
    });
    return getSignedUrl(client, request, { expiresIn });
  };
}
