/** The SDK's client as our buckets need it: bounded waits, few retries, no checksums that a stream can't have. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Credentials } from './keys.ts';

export interface S3Place {
  readonly bucket: string;
  /** Undefined for AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: the SDK finds some. */
  readonly credentials?: Credentials | undefined;
}

/** For a body that takes as long as whoever it comes from: only `socketTimeout` bounds its request. */
export const UNTIMED = { requestTimeout: 0 };

const SECOND = 1_000;
/** As many as serve streams at once, so that nobody waits for a connection without knowing it. */
const MOST_SOCKETS = 1_024;
const nothing = (): void => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export const openS3Client = (
  { endpoint, region, credentials }: Omit<S3Place, 'bucket'>,
  more: S3ClientConfig = {},
): S3Client =>
  new S3Client({
    region,
    ...(credentials ? { credentials } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}), // MinIO has no host name per bucket
    maxAttempts: 3,
    logger: silent, // it would write to the console what is thrown anyway
    // A streamed body has no checksum before it has passed; presigned addresses would carry the demand for one.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5 * SECOND,
      requestTimeout: 30 * SECOND, // from its first byte to the answer's; three tries, so a silent server is noticed in a minute and a half
      throwOnRequestTimeout: true,
      socketTimeout: 60 * SECOND, // without a byte in either direction
      httpAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_SOCKETS },
    },
    ...more,
  });
