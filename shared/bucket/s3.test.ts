/** What needs no S3 to be seen; all else is proven on a real MinIO, in tests/services. */
import { BucketFailed } from '../errors.ts';
import { listenHttp } from '../testing/http-server.ts';
import { s3Bucket } from './s3.ts';
import { openS3Client } from './s3-client.ts';

it('a server that is silent fails the request, as the bucket’s own failure', async () => {
  const silent = await listenHttp(() => undefined);
  const client = openS3Client(
    { endpoint: silent.url, region: 'us-east-1' },
    {
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
    },
  );
  const bucket = s3Bucket({ client, bucket: 'copycat', name: 's3://copycat' });
  for (const work of [() => bucket.head('a'), () => bucket.put('a', 'x'), () => Array.fromAsync(bucket.list(''))]) {
    const error: unknown = await Promise.resolve(work()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BucketFailed);
    expect(error).toMatchObject({ facts: { bucket: 's3://copycat', scope: 'bucket' } });
  }
  client.destroy();
  await silent.close();
});
