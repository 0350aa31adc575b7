import { cp, readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Conflict } from '../errors.ts';
import { itIsABucket } from './contract.ts';
import { keysOf } from './contract-listing.ts';
import { fileBucket } from './file.ts';
import { eachWithFileBucket, placeFiles } from './file-fixture.ts';

const at = eachWithFileBucket();

itIsABucket('fileBucket', async () => at.bucket, { fill: placeFiles });

const torn = async function* (): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(100_000);
  throw new Error('reset');
};

describe('the directory of a file bucket', () => {
  it('is a plain one: objects under their keys, metadata beside them only where there is some', async () => {
    await at.bucket.put('nar/a.nar', 'the nar', { metadata: { 'nar-hash': 'sha256:x' } });
    await at.bucket.put('abc.narinfo', 'the narinfo');
    expect(await readFile(join(at.root, 'nar/a.nar'), 'utf8')).toBe('the nar');
    expect((await readdir(at.root, { recursive: true })).sort()).toEqual(
      ['.lock', '.meta', '.meta/nar', '.meta/nar/a.nar.json', '.tmp', 'abc.narinfo', 'nar', 'nar/a.nar'].sort(),
    );
  });

  it('holds no temporary file after a put, whatever became of it', async () => {
    const stop = new AbortController();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; ; i++) {
        if (i === 3) stop.abort();
        yield Buffer.from('more');
      }
    };
    await at.bucket.put('a', 'first', { only: { ifNoneMatch: '*' }, metadata: { version: '1' } });
    const puts = await Promise.allSettled([
      at.bucket.put('a', 'second', { only: { ifNoneMatch: '*' }, metadata: { version: '2' } }),
      at.bucket.put('b', torn(), { metadata: { version: '1' } }),
      at.bucket.put('c', '12345', { size: 6 }),
      at.bucket.put('d', endless(), { signal: stop.signal }),
      at.bucket.put('a/in/the/way', 'x', { metadata: { version: '1' } }),
      at.bucket.put('e', 'fine', { metadata: { version: '1' } }),
    ]);
    expect(puts.map(({ status }) => status)).toEqual([...Array(5).fill('rejected'), 'fulfilled']);
    expect(await readdir(join(at.root, '.tmp'))).toEqual([]);
    expect(await keysOf(at.bucket, '')).toEqual(['a', 'e']);
    expect(await readdir(join(at.root, '.meta'))).toEqual(['a.json', 'e.json']);
  });

  it('loses its directories with their last object, and no others', async () => {
    await at.bucket.put('releases/x/manifest.json', '{}', { metadata: { version: '1' } });
    await at.bucket.put('releases/y', '');
    await at.bucket.delete('releases/x/manifest.json');
    expect(await readdir(join(at.root, 'releases'))).toEqual(['y']);
    await at.bucket.delete('releases/y');
    expect(await readdir(at.root)).toEqual(['.lock', '.meta', '.tmp']);
    await at.bucket.put('releases', 'may be an object now');
  });

  it('takes part with objects that others put there', async () => {
    await placeFiles(at.bucket, ['abc.narinfo', 'nar/b.nar', 'naïve', 'nar/b#c', '.git/config']);
    expect(await keysOf(at.bucket, '')).toEqual(['abc.narinfo', 'nar/b.nar']);
    const head = await at.bucket.head('nar/b.nar');
    expect(head).toMatchObject({ size: 1, metadata: {} });
    await expect(at.bucket.put('nar/b.nar', 'y', { only: { ifNoneMatch: '*' } })).rejects.toBeInstanceOf(Conflict);
    await at.bucket.put('nar/b.nar', 'y', { only: { ifMatch: head?.etag ?? '' }, metadata: { version: '1' } });
    expect((await at.bucket.head('nar/b.nar'))?.metadata).toEqual({ version: '1' });
  });

  it('keeps its metadata when it is copied without its times', async () => {
    await at.bucket.put('a', 'same', { metadata: { version: '1' } });
    await at.bucket.put('a', 'same', { metadata: { version: '2' } });
    await cp(at.root, join(at.directory, 'copy'), { recursive: true });
    await utimes(join(at.directory, 'copy/a'), 1, 1);
    expect((await fileBucket(join(at.directory, 'copy')).head('a'))?.metadata).toEqual({ version: '2' });
  });
});
