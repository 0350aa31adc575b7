import { link, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BucketFailed } from '../errors.ts';
import { type Bucket, getText } from './bucket.ts';
import { keysOf } from './contract-listing.ts';
import { writeDraft } from './file-draft.ts';
import { eachWithFileBucket, placeFiles } from './file-fixture.ts';

const at = eachWithFileBucket();

describe('a process that dies between metadata and object', () => {
  it('leaves the old object with its own metadata', async () => {
    await at.bucket.put('a', 'same', { metadata: { version: '1' } });
    await link(join(at.root, 'a'), join(at.directory, 'old'));
    await at.bucket.put('a', 'same', { metadata: { version: '2' } });
    await rename(join(at.directory, 'old'), join(at.root, 'a')); // as if the second had not come so far
    expect((await at.bucket.head('a'))?.metadata).toEqual({ version: '1' });
    await at.bucket.put('a', 'same', { metadata: { version: '3' } });
    expect((await at.bucket.head('a'))?.metadata).toEqual({ version: '3' });
  });

  it('leaves metadata of nothing, which the next object does not get', async () => {
    await at.bucket.put('a', 'same', { metadata: { version: '1' } });
    await rm(join(at.root, 'a'));
    expect(await at.bucket.head('a')).toBeUndefined();
    expect(await keysOf(at.bucket, '')).toEqual([]);
    await at.bucket.put('a', 'same');
    expect((await at.bucket.head('a'))?.metadata).toEqual({});
  });
});

describe('what is in the way', () => {
  it.each<[string, string, (there: Bucket) => Promise<unknown>]>([
    ['a directory at the key', 'a', (there) => there.put('a', 'x')],
    ['a directory at the key, with if-none-match', 'a', (there) => there.put('a', 'x', { only: { ifNoneMatch: '*' } })],
    ['an object where a directory is needed', 'a/b/c', (there) => there.put('a/b/c', 'x')],
    ['the same, with metadata', 'a/b/c', (there) => there.put('a/b/c', 'x', { metadata: { version: '1' } })],
    ['metadata that is not ours', 'd', (there) => there.head('d')],
  ])('is told with its facts: %s', async (_what, key, act) => {
    await at.bucket.put('a/b', 'b');
    await placeFiles(at.bucket, ['d', '.meta/d.json']);
    const error: unknown = await act(at.bucket).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(BucketFailed);
    const facts = { bucket: at.bucket.name, operation: expect.stringMatching(/^(put|head)$/), key };
    expect((error as BucketFailed).facts).toMatchObject({ ...facts, code: expect.stringMatching(/^E[A-Z]+$/) });
    expect(await getText(at.bucket, 'a/b')).toBe('b');
  });

  it('is told when the bucket itself cannot be', async () => {
    await writeFile(at.root, 'a file');
    await expect(at.bucket.put('a', 'x')).rejects.toMatchObject({
      code: 'BUCKET_FAILED',
      facts: { operation: 'put', key: 'a' },
    });
    await expect(at.bucket.delete('a')).rejects.toMatchObject({
      code: 'BUCKET_FAILED',
      facts: { operation: 'delete' },
    });
    expect(await at.bucket.head('a')).toBeUndefined();
    expect(await keysOf(at.bucket, '')).toEqual([]);
  });
});

describe('etags', () => {
  it('differ for objects of one size that follow each other at once', async () => {
    const etags = new Set<string>();
    for (let i = 0; i < 20; i++) {
      etags.add((await at.bucket.put('a', 'same')).etag);
      if (i % 2) await at.bucket.delete('a');
    }
    expect(etags.size).toBe(20);
  });

  it('differ by more than the inode, which may come back: no two stamps are the same', async () => {
    const drafts = await Promise.all(Array.from({ length: 40 }, () => writeDraft(at.root, [])));
    expect(new Set(drafts.map(({ status }) => status.modified)).size).toBe(40);
  });
});
