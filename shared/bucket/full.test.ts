/** Buckets without room, and how much room there is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { BucketFailed, BucketFull } from '../errors.ts';
import { failedTo } from './file-failure.ts';
import { freeSpace } from './free-space.ts';
import { failedOn } from './s3-failure.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a full bucket is told from a broken one', () => {
  it.each([
    ['ENOSPC', true],
    ['EDQUOT', true],
    ['EACCES', false],
    ['EROFS', false],
  ])('by %s of the file system', (code, full) => {
    const cause = Object.assign(new Error(`${code}: no`), { code, errno: -1 });
    const error = thrownBy(() => failedTo('put', 'file:///data/cache', 'nar/a')(cause));
    expect(error).toBeInstanceOf(BucketFailed);
    expect(error instanceof BucketFull).toBe(full);
    expect(error).toMatchObject({ facts: { bucket: 'file:///data/cache', operation: 'put', key: 'nar/a', code } });
    expect(thrownBy(() => failedTo('put', 'other', 'other')(error))).toMatchObject({
      code: full ? 'BUCKET_FULL' : 'BUCKET_FAILED',
    });
  });

  it.each([
    ['XMinioStorageFull', 507, true],
    ['XMinioAdminBucketQuotaExceeded', 400, true],
    ['InsufficientStorage', 507, true],
    ['AccessDenied', 403, false],
  ])('by %s of S3', (name, httpStatusCode, full) => {
    const cause = new S3ServiceException({ name, $fault: 'server', $metadata: { httpStatusCode } });
    const error = failedOn('s3://copycat')('put', 'nar/a', cause);
    expect(error).toBeInstanceOf(BucketFailed);
    expect(error instanceof BucketFull).toBe(full);
    expect(error).toMatchObject({ message: `s3://copycat did not put nar/a: ${name} (${httpStatusCode})` });
  });
});

describe('freeSpace', () => {
  it('is that of the disk, also before the directory is there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'free-'));
    const there = await freeSpace(pathToFileURL(directory).href);
    const later = await freeSpace(pathToFileURL(join(directory, 'not', 'yet')).href);
    expect(there).toBeGreaterThan(0);
    expect(Math.abs((there ?? 0) - (later ?? 0))).toBeLessThan(2 ** 30); // others write meanwhile
    await rm(directory, { recursive: true });
  });

  it('is unknown for S3', async () => {
    await expect(freeSpace('s3://copycat')).resolves.toBeUndefined();
  });
});
