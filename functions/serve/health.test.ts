import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { askedFor } from '../../shared/testing/serve-world.ts';
import { healthSection } from './health.ts';

it('is healthy while the bucket answers', async () => {
  const section = healthSection({ bucket: memoryBucket(), log: silentLog });
  expect(await section(askedFor('/healthz'))).toMatchObject({ status: 200 });
  expect(await section(askedFor('/health'))).toBeUndefined();
});

it('is not healthy when the bucket is gone, which a head of S3 does not tell', async () => {
  const bucket = {
    name: 's3://copycat',
    head: async () => undefined,
    get: () => Promise.reject(new BucketFailed('s3://copycat did not get nix-cache-info: NoSuchBucket (404)')),
  };
  expect(await healthSection({ bucket, log: silentLog })(askedFor('/healthz'))).toMatchObject({ status: 503 });
});
