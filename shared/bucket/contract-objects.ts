/** The contract of a bucket: objects, their keys and their metadata. */
import { Malformed } from '../errors.ts';
import { type Bucket, bytesOf, getText } from './bucket.ts';
import { keysOf } from './contract-listing.ts';

export function itGivesBackWhatWasPut(bucket: () => Bucket): void {
  describe('objects', () => {
    it.each<[string, string | Buffer]>([
      ['text', 'StorePath: /nix/store/…\n'],
      ['nothing', ''],
      ['bytes', Buffer.from([0, 255, 10, 13, 0])],
      ['more than one chunk', Buffer.alloc(300_000, 'abc')],
    ])('gives back what was put: %s', async (_what, content) => {
      const bytes = Buffer.from(content);
      const before = Date.now();
      const { etag } = await bucket().put('nar/a.nar', content);

      const found = await bucket().get('nar/a.nar');
      expect(found && (await bytesOf(found.body)).equals(bytes)).toBe(true);
      const head = await bucket().head('nar/a.nar');
      expect(head).toEqual({ size: bytes.length, etag, lastModified: expect.anything(), metadata: {} });
      expect(found).toMatchObject({ size: bytes.length, etag, metadata: {} });
      expect(Math.abs((head?.lastModified.getTime() ?? 0) - before)).toBeLessThan(60_000);
    });

    it('has nothing where nothing was put, also below and above an object', async () => {
      await bucket().put('a/b', 'b');
      for (const key of ['nar/none', 'a', 'a/b/c', 'a/c']) {
        expect(await bucket().head(key)).toBeUndefined();
        expect(await bucket().get(key)).toBeUndefined();
      }
    });

    it('replaces an object whole, under another etag', async () => {
      const first = await bucket().put('a', 'a long text');
      const second = await bucket().put('a', 'short');
      expect(await getText(bucket(), 'a')).toBe('short');
      expect(second.etag).not.toBe(first.etag);
      expect(second.etag).toMatch(/^"[!#-~]+"$/);
    });

    it('deletes an object, and nothing, without complaint', async () => {
      await bucket().put('a/b', 'b');
      await bucket().put('a/c', 'c');
      await bucket().delete('a/b');
      await bucket().delete('a/b');
      await bucket().delete('none/at/all');
      expect(await bucket().head('a/b')).toBeUndefined();
      expect(await keysOf(bucket(), '')).toEqual(['a/c']);
    });

    it('does not keep the buffer that it was given', async () => {
      const buffer = Buffer.from('before');
      await bucket().put('a', buffer);
      buffer.fill('x');
      expect(await getText(bucket(), 'a')).toBe('before');
    });

    it('takes and refuses the same keys as all buckets', async () => {
      for (const key of FINE_KEYS)
        expect([
          key,
          await bucket()
            .put(key, key)
            .then(() => 'taken'),
        ]).toEqual([key, 'taken']);
      for (const key of FINE_KEYS) expect(await getText(bucket(), key)).toBe(key);
      for (const key of HOSTILE_KEYS) {
        await expect(bucket().put(key, 'x')).rejects.toBeInstanceOf(Malformed);
        await expect(bucket().get(key)).rejects.toBeInstanceOf(Malformed);
        await expect(bucket().head(key)).rejects.toBeInstanceOf(Malformed);
        await expect(bucket().delete(key)).rejects.toBeInstanceOf(Malformed);
      }
    });
  });

  describe('metadata', () => {
    it('travels with the object', async () => {
      const metadata = { 'nar-hash': 'sha256:0lxj0pnb', 'store-path': 'abc-hello-2.12 (1)' };
      await bucket().put('nar/a', 'a', { metadata });
      expect(await bucket().head('nar/a')).toMatchObject({ metadata });
      expect(await bucket().get('nar/a')).toMatchObject({ metadata });
    });

    it('is that of the last put, or none', async () => {
      await bucket().put('a', 'same', { metadata: { version: '1' } });
      await bucket().put('a', 'same', { metadata: { version: '2' } });
      expect((await bucket().head('a'))?.metadata).toEqual({ version: '2' });
      await bucket().put('a', 'same');
      expect((await bucket().head('a'))?.metadata).toEqual({});
    });

    it('goes with the object', async () => {
      await bucket().put('a', 'same', { metadata: { version: '1' } });
      await bucket().delete('a');
      await bucket().put('a', 'same');
      expect((await bucket().head('a'))?.metadata).toEqual({});
    });

    it.each([
      { 'Nar-Hash': 'x' },
      { 'a b': 'x' },
      { a: 'é' },
      { a: 'b\nc: d' },
      { a: ' x' },
      { a: '' },
      { a: 'x'.repeat(2_000) },
    ])('is refused when no header could carry it: %j', async (metadata) => {
      await expect(
        bucket().put('a', 'a', { metadata: { ...metadata } as Record<string, string> }),
      ).rejects.toBeInstanceOf(Malformed);
      expect(await bucket().head('a')).toBeUndefined();
    });
  });
}

const FINE_KEYS = [
  'nix-cache-info',
  '7g4zwq.narinfo',
  'nar/1b2c.nar.xz',
  'log/abc-hello+1.2_3?x=1.drv',
  "odd/ ~@:%,&'()$*!",
  'deep/.hidden/..x/a.b',
  `${'long'.repeat(62)}/x`,
  `${`${'deep'.repeat(62)}/`.repeat(4)}x`,
];

const HOSTILE_KEYS = [
  ...'/ . .. ../x /abs a//b a/ /a a/../b a/./b a/.. .meta/x .tmp/x .hidden a\\b a#b é a/\u202e'.split(' '),
  ...['', 'a\0b', 'a\nb', 'x'.repeat(251), 'x/'.repeat(1_024).slice(0, -1)],
];
