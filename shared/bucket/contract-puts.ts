/** The contract of a bucket: what a put does when it is one of several, and when its body is not what it should be. */
import { BucketFailed, Conflict } from '../errors.ts';
import { type Bucket, bytesOf, getText } from './bucket.ts';
import { keysOf } from './contract-listing.ts';

export function itPutsWholeOrNotAtAll(bucket: () => Bucket): void {
  describe('conditions', () => {
    it('keeps the first object when twenty put with if-none-match', async () => {
      const puts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          bucket().put('a', `writer ${i}`, { only: { ifNoneMatch: '*' }, metadata: { writer: String(i) } }),
        ),
      );
      const won = puts.flatMap((put, i) => (put.status === 'fulfilled' ? [i] : []));
      expect(won).toHaveLength(1);
      for (const put of puts) if (put.status === 'rejected') expect(put.reason).toBeInstanceOf(Conflict);
      expect(await getText(bucket(), 'a')).toBe(`writer ${won[0]}`);
      expect((await bucket().head('a'))?.metadata).toEqual({ writer: String(won[0]) });
    });

    it('creates with if-none-match again once the object is gone', async () => {
      await bucket().put('a', '1', { only: { ifNoneMatch: '*' } });
      await expect(bucket().put('a', '2', { only: { ifNoneMatch: '*' } })).rejects.toBeInstanceOf(Conflict);
      await bucket().delete('a');
      await bucket().put('a', '3', { only: { ifNoneMatch: '*' } });
      expect(await getText(bucket(), 'a')).toBe('3');
    });

    it('replaces with if-match only what the writer has seen', async () => {
      const first = await bucket().put('a', '1');
      const second = await bucket().put('a', '2', { only: { ifMatch: first.etag } });
      await expect(bucket().put('a', '3', { only: { ifMatch: first.etag } })).rejects.toBeInstanceOf(Conflict);
      expect(await getText(bucket(), 'a')).toBe('2');
      expect((await bucket().head('a'))?.etag).toBe(second.etag);
    });

    it('answers if-match on a missing key with a conflict', async () => {
      const { etag } = await bucket().put('a', '1');
      await bucket().delete('a');
      await expect(bucket().put('a', '2', { only: { ifMatch: etag } })).rejects.toBeInstanceOf(Conflict);
      expect(await bucket().head('a')).toBeUndefined();
    });

    it('loses no update among writers that use if-match', async () => {
      await bucket().put('counter', '0');
      const countOnce = async (): Promise<void> => {
        const found = await bucket().get('counter');
        if (!found) throw new Error('the counter is gone');
        const count = Number((await bytesOf(found.body)).toString());
        await bucket()
          .put('counter', String(count + 1), { only: { ifMatch: found.etag } })
          .catch((error: unknown) => (error instanceof Conflict ? countOnce() : Promise.reject(error)));
      };
      await Promise.all(Array.from({ length: 8 }, countOnce));
      expect(await getText(bucket(), 'counter')).toBe('8');
    });
  });

  describe('bodies', () => {
    const torn = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('all but');
      throw new Error('reset');
    };

    it('shows nothing of a body that fails before its last byte, and keeps what was there', async () => {
      await expect(bucket().put('a', torn(), { size: 8 })).rejects.toThrow('reset');
      expect(await bucket().head('a')).toBeUndefined();
      await bucket().put('a', 'old', { metadata: { version: '1' } });
      await expect(bucket().put('a', torn(), { metadata: { version: '2' } })).rejects.toThrow('reset');
      expect(await getText(bucket(), 'a')).toBe('old');
      expect((await bucket().head('a'))?.metadata).toEqual({ version: '1' });
      expect(await keysOf(bucket(), '')).toEqual(['a']);
    });

    it.each([
      ['shorter', 6],
      ['longer', 4],
    ])('refuses a body that is %s than announced', async (_what, size) => {
      await bucket().put('a', 'old');
      await expect(bucket().put('a', '12345', { size })).rejects.toBeInstanceOf(BucketFailed);
      await expect(bucket().put('b', pieces(['123', '45']), { size })).rejects.toBeInstanceOf(BucketFailed);
      expect(await getText(bucket(), 'a')).toBe('old');
      expect(await bucket().head('b')).toBeUndefined();
    });

    it('takes a body in pieces, of the announced size or of none', async () => {
      await bucket().put('a', pieces(['123', '', '45']), { size: 5 });
      await bucket().put('b', pieces([]));
      expect(await getText(bucket(), 'a')).toBe('12345');
      expect(await getText(bucket(), 'b')).toBe('');
    });

    it('ends at the signal, even while the body is silent', async () => {
      const stop = new AbortController();
      const silent = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('half');
        setTimeout(() => stop.abort(new Error('out of time')), 10);
        await new Promise(() => undefined);
      };
      await expect(bucket().put('a', silent(), { signal: stop.signal })).rejects.toThrow();
      await expect(bucket().put('a', 'late', { signal: stop.signal })).rejects.toThrow();
      expect(await bucket().head('a')).toBeUndefined();
    });

    it('reads no further ahead than it writes', async () => {
      let given = 0;
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        for (; given < 1_000; given++) yield Buffer.alloc(1_000);
      };
      await expect(bucket().put('a', endless(), { size: 10_000 })).rejects.toBeInstanceOf(BucketFailed);
      expect(given).toBeLessThan(100);
    });
  });
}

async function* pieces(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
