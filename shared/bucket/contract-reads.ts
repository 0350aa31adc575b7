/** The contract of a bucket: reading a part, and reading while others write. */
import { BucketFailed } from '../errors.ts';
import { type Bucket, bytesOf } from './bucket.ts';

export function itReadsTheBytesOfOneObject(bucket: () => Bucket): void {
  describe('ranges', () => {
    const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));

    it.each([
      [0, 0],
      [0, 199_999],
      [199_999, 199_999],
      [5, 104],
      [1, 150_000],
      [65_535, 65_536],
    ])('reads bytes %i to %i, and no others', async (first, last) => {
      await bucket().put('nar/a', content);
      const found = await bucket().get('nar/a', { range: { first, last } });
      expect(found?.size).toBe(content.length);
      expect(found && (await bytesOf(found.body)).equals(content.subarray(first, last + 1))).toBe(true);
    });

    it('refuses a range that is not within the object', async () => {
      await bucket().put('a', '12345');
      for (const range of [
        { first: 0, last: 5 },
        { first: 3, last: 2 },
        { first: -1, last: 2 },
      ])
        await expect(bucket().get('a', { range })).rejects.toBeInstanceOf(BucketFailed);
      expect(await bucket().get('none', { range: { first: 0, last: 0 } })).toBeUndefined();
    });

    it('may be left in the middle', async () => {
      await bucket().put('a', content);
      const found = await bucket().get('a');
      for await (const chunk of found?.body ?? []) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await bucket().head('a')).toBeDefined();
    });
  });

  it('shows readers the old or the new object, whole, while it is replaced 200 times', async () => {
    const version = (i: number): string => `${i} `.repeat(1_000 + i);
    await bucket().put('a', version(0), { metadata: { version: '0' } });
    let done = false;
    const read = async (): Promise<number> => {
      let last = 0;
      for (; !done; ) {
        const found = await bucket().get('a');
        const text = found && (await bytesOf(found.body)).toString();
        const seen = Number(found?.metadata.version);
        expect(text).toBe(version(seen));
        expect(seen).toBeGreaterThanOrEqual(last);
        last = seen;
      }
      return last;
    };
    const readers = [read(), read(), read()];
    try {
      for (let i = 1; i <= 200; i++) await bucket().put('a', version(i), { metadata: { version: String(i) } });
    } finally {
      done = true;
    }
    for (const last of await Promise.all(readers)) expect(last).toBeGreaterThan(0);
  }, 60_000);
}
