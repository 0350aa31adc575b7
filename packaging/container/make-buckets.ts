/**
 * Makes the buckets that BUCKET and STATE name, where they are missing: what compose.yaml does before it starts the mirror.
 * Exit status: 0 when both are there.
 */
import { BucketAlreadyOwnedByYou, CreateBucketCommand } from '@aws-sdk/client-s3';
import { parseBucketUrl } from '../../shared/bucket/open.ts';
import { openS3Client } from '../../shared/bucket/s3-client.ts';
import { readEnv } from '../../shared/config/env.ts';
import { text } from '../../shared/config/readers.ts';

const LONGEST_MS = 30_000;

for (const storeUrl of Object.values(readEnv({ BUCKET: text(), STATE: text() }))) {
  const place = parseBucketUrl(storeUrl);
  if (place.scheme !== 's3') continue;
  const made = openS3Client(place)
    .send(new CreateBucketCommand({ Bucket: place.bucket }), { abortSignal: AbortSignal.timeout(LONGEST_MS) })
    .then(() => 'made');
  const outcome = await made.catch((error: unknown) => {
    if (error instanceof BucketAlreadyOwnedByYou) return 'is there';
    throw error;
  });
  process.stdout.write(`${place.bucket}: ${outcome}\n`);
}
