/** The contract of a bucket: its keys, in order. */
import type { Bucket, Listed, ListOptions } from './bucket.ts';

export function itListsInOrder(
  bucket: () => Bucket,
  fill: (bucket: Bucket, keys: readonly string[]) => Promise<void>,
): void {
  describe('listing', () => {
    it('gives keys in byte order, whatever the directories are', async () => {
      const keys = [
        'a.b',
        'a/b',
        'a-b/c',
        'a/b.c',
        'a0',
        'A',
        'a/b-/x',
        'ab/c',
        'b/.hidden',
        '0',
        'a/B',
        'a=1',
        "a'1",
        '~',
      ];
      await putAll(bucket(), keys);
      expect(await keysOf(bucket(), '')).toEqual(
        [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    });

    it.each([
      ['', ['a.b', 'a/b', 'a/c/d', 'ab', 'b']],
      ['a', ['a.b', 'a/b', 'a/c/d', 'ab']],
      ['a/', ['a/b', 'a/c/d']],
      ['a/c', ['a/c/d']],
      ['a/c/', ['a/c/d']],
      ['a/c/d', ['a/c/d']],
      ['a/c/d/', []],
      ['z', []],
      ['/', []],
      ['a//', []],
      ['../', []],
      ['\0/', []],
      ['.', []],
    ])('gives the keys that begin with %j', async (prefix, expected) => {
      await putAll(bucket(), ['a.b', 'a/b', 'a/c/d', 'ab', 'b']);
      await bucket().put('a/b', 'again', { metadata: { version: '2' } });
      expect(await keysOf(bucket(), prefix)).toEqual(expected);
    });

    it('goes on after any key, there or not', async () => {
      const keys = ['a.b', 'a/b', 'a/c/d', 'ab', 'b'];
      await putAll(bucket(), keys);
      for (const after of [...keys, 'a', 'a/', 'a/bb', 'a/c/', 'a0', 'z'])
        expect([after, await keysOf(bucket(), '', { after })]).toEqual([after, keys.filter((key) => key > after)]);
      expect(await keysOf(bucket(), 'a/', { after: 'a/b' })).toEqual(['a/c/d']);
    });

    it.each([
      ['', ['a.b', 'ab', 'b']],
      ['a', ['a.b', 'ab']],
      ['a/', ['a/b', 'a/d']],
      ['a/c', []],
      ['a/c/', ['a/c/d']],
    ])('gives the keys that begin with %j and have no slash after it, when asked to', async (prefix, expected) => {
      await putAll(bucket(), ['a.b', 'a/b', 'a/c/d', 'a/d', 'ab', 'b']);
      expect(await keysOf(bucket(), prefix, { shallow: true })).toEqual(expected);
      expect(await keysOf(bucket(), prefix, { shallow: true, after: 'a/b' })).toEqual(
        expected.filter((key) => key > 'a/b'),
      );
    });

    it('gives the etags of now when asked to', async () => {
      await putAll(bucket(), ['a', 'b/c']);
      const { etag } = await bucket().put('b/c', 'new');
      const listed = await all(bucket().list('b', { etags: true }));
      expect(listed).toEqual([{ key: 'b/c', etag }]);
    });

    it('gives the sizes of now when asked to', async () => {
      await putAll(bucket(), ['a', 'b/c']);
      await bucket().put('b/c', 'longer', { metadata: { version: '2' } });
      expect(await all(bucket().list('', { sizes: true }))).toEqual([
        { key: 'a', size: 1 },
        { key: 'b/c', size: 6 },
      ]);
    });

    it('gives 10,000 keys, each once and in order', async () => {
      const keys = Array.from({ length: 10_000 }, (_, i) => `staged/${((i * 7_919) % 10_000).toString(36)}.narinfo`);
      await fill(bucket(), [...keys, 'stage', 'staged.txt', 'stages/1']);
      expect(await keysOf(bucket(), 'staged/')).toEqual([...keys].sort());
    }, 60_000);

    it('ends at the signal', async () => {
      await putAll(bucket(), ['a', 'b']);
      await expect(keysOf(bucket(), '', { signal: AbortSignal.abort() })).rejects.toThrow();
    });
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export const keysOf = async (bucket: Bucket, prefix: string, options?: ListOptions): Promise<string[]> =>
  (await all<Listed>(bucket.list(prefix, options))).map(({ key }) => key);

export async function putAll(bucket: Bucket, keys: readonly string[]): Promise<void> {
  const left = keys.values();
  const put = async (): Promise<void> => {
    for (const key of left) await bucket.put(key, 'x');
  };
  await Promise.all(Array.from({ length: 32 }, put));
}
