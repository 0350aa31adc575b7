import { BucketDown, BucketFailed, BucketFull } from '../errors.ts';
import { keysOf } from '../testing/journal.ts';
import { memoryBucket } from './memory.ts';
import { troubleWith, troubleWithAny } from './probe.ts';

const denied = (operation: string) => () =>
  Promise.reject(
    new BucketFailed(`s3://b did not ${operation} probe: AccessDenied (403)`, { answer: 'AccessDenied (403)' }),
  );

describe('troubleWith', () => {
  it('finds none with a bucket that works, and leaves nothing there', async () => {
    const bucket = memoryBucket();
    await expect(troubleWith(bucket)).resolves.toBeUndefined();
    expect(await keysOf(bucket)).toEqual([]);
  });

  it.each(['put', 'head', 'delete'] as const)('names bucket, operation and answer: %s', async (operation) => {
    const trouble = await troubleWith({ ...memoryBucket('s3://b'), [operation]: denied(operation) });
    expect(trouble).toBeInstanceOf(BucketDown);
    expect(trouble).toMatchObject({
      code: 'BUCKET_DOWN',
      message: `s3://b can't be used (${operation}): AccessDenied (403)`,
      facts: { bucket: 's3://b', operation, answer: 'AccessDenied (403)' },
    });
  });

  it('bears what is not needed', async () => {
    const bucket = { ...memoryBucket(), delete: denied('delete') };
    await expect(troubleWith(bucket, { needed: ['put', 'head'] })).resolves.toBeUndefined();
  });

  it('tells a bucket without room from one that is down', async () => {
    const full = { ...memoryBucket('b'), put: () => Promise.reject(new BucketFull('ENOSPC')) };
    await expect(troubleWith(full)).resolves.toMatchObject({ code: 'BUCKET_FULL' });
  });

  it('waits no longer than told for one that is silent', async () => {
    const silent = {
      ...memoryBucket('s3://silent'),
      put: (_key: string, _body: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    await expect(troubleWith(silent, { patienceMs: 20 })).resolves.toMatchObject({
      message: "s3://silent can't be used (put): no answer in 0.02 s",
    });
  });
});

it('one of two buckets is enough to be in trouble', async () => {
  const buckets = [memoryBucket('one'), { ...memoryBucket('two'), put: denied('put') }];
  await expect(troubleWithAny(buckets)).resolves.toMatchObject({ facts: { bucket: 'two' } });
  await expect(troubleWithAny([memoryBucket(), memoryBucket()])).resolves.toBeUndefined();
});
