import { mkdir, rename } from 'node:fs/promises';
import { BucketFailed } from '../errors.ts';
import { fileBucket } from './file.ts';
import { eachWithFileBucket } from './file-fixture.ts';

describe('the directory of a bucket', () => {
  const at = eachWithFileBucket();
  const all = (bucket: typeof at.bucket) => [
    () => bucket.head('a'),
    () => bucket.get('a'),
    () => bucket.put('b', 'b'),
    () => Array.fromAsync(bucket.list('')),
  ];

  it('may be absent before the first put', async () => {
    expect([await at.bucket.head('a'), await at.bucket.get('a')]).toEqual([undefined, undefined]);
    expect(await Array.fromAsync(at.bucket.list(''))).toEqual([]);
    await at.bucket.put('a', 'a');
    expect(await at.bucket.head('a')).toMatchObject({ size: 1 });
  });

  it('is missed when it was there, is not made anew, and is fine when it is back', async () => {
    await at.bucket.put('a', 'a');
    await at.bucket.head('a');
    await rename(at.root, `${at.root}.away`);
    for (const attempt of all(at.bucket)) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BucketFailed);
      expect((error as BucketFailed).facts).toMatchObject({ bucket: at.bucket.name, scope: 'bucket' });
    }
    await rename(`${at.root}.away`, at.root);
    for (const attempt of all(at.bucket)) await attempt();
  });

  it('is the concern of each who has seen it: another process finds an empty bucket', async () => {
    await mkdir(at.directory, { recursive: true });
    expect(await fileBucket(at.root).head('a')).toBeUndefined();
  });
});
