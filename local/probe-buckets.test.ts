import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBucket } from '../shared/bucket/file.ts';
import { memoryBucket } from '../shared/bucket/memory.ts';
import { openBucket } from '../shared/bucket/open.ts';
import { BucketFailed, BucketFull, RuntimeFailed } from '../shared/errors.ts';
import { memoryLog } from '../shared/log.ts';
import { keysOf } from '../shared/testing/journal.ts';
import { probeBuckets } from './probe-buckets.ts';

describe('probeBuckets', () => {
  it('says nothing of buckets that work, and leaves nothing in them', async () => {
    const [log, buckets] = [memoryLog(), [memoryBucket(), memoryBucket()]];
    await probeBuckets(buckets, { log });
    expect(log.lines).toEqual([]);
    for (const bucket of buckets) expect(await keysOf(bucket)).toEqual([]);
  });

  it('takes away what one left that was killed half way', async () => {
    const bucket = memoryBucket();
    const killed = { ...bucket, delete: () => Promise.reject(new BucketFailed('killed')) };
    await probeBuckets([killed], { log: memoryLog() });
    expect(await keysOf(bucket)).toHaveLength(1);
    await probeBuckets([bucket], { log: memoryLog() });
    expect(await keysOf(bucket)).toEqual([]);
  });

  it('ends the start when a directory can’t be made', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'probe-'));
    await writeFile(join(directory, 'taken'), 'a file');
    const bucket = fileBucket(join(directory, 'taken', 'cache'));
    const failure = await probeBuckets([bucket], { log: memoryLog() }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RuntimeFailed);
    expect(failure).toMatchObject({ message: expect.stringMatching(/taken\/cache can't be used \(put\): .*ENOTDIR/) });
    await rm(directory, { recursive: true });
  });

  it('names a server that does not answer in one line, and lets the start go on', async () => {
    const log = memoryLog();
    await probeBuckets([openBucket('s3://copycat?endpoint=http://127.0.0.1:1')], { log, patienceMs: 2_000 });
    expect(log.lines).toMatchObject([
      { event: 'bucket.failed', level: 'warn', bucket: 's3://copycat', operation: 'put', reason: expect.any(String) },
    ]);
  });

  it('waits no longer for one that is silent', async () => {
    const log = memoryLog();
    const silent = {
      ...memoryBucket('s3://silent'),
      put: (_key: string, _body: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    await probeBuckets([silent], { log, patienceMs: 30 });
    expect(log.lines).toMatchObject([{ event: 'bucket.failed', operation: 'put' }]);
  });

  it('names the operation that a key is not good for', async () => {
    const log = memoryLog();
    const refused = { delete: () => Promise.reject(new BucketFailed('s3://b did not delete x: AccessDenied (403)')) };
    await probeBuckets([{ ...memoryBucket('s3://b'), ...refused }], { log });
    expect(log.lines).toMatchObject([
      { operation: 'delete', message: "s3://b can't be used (delete): s3://b did not delete x: AccessDenied (403)" },
    ]);
  });

  it('lets a mirror start whose disk is full: it still serves', async () => {
    const log = memoryLog();
    const full = { put: () => Promise.reject(new BucketFull('could not put x: ENOSPC')) };
    await probeBuckets([{ ...memoryBucket('file:///data/cache'), ...full }], { log });
    expect(log.lines).toMatchObject([{ event: 'bucket.failed', reason: 'BUCKET_FULL' }]);
  });
});
