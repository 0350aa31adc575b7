import { memoised } from './memoised.ts';

describe('memoised', () => {
  it('reads once for all who ask at once, and for a while', async () => {
    const clock = { now: 0 };
    let reads = 0;
    const read = memoised(async () => ++reads, { forMs: 100, now: () => clock.now });
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
    clock.now = 99;
    expect(await read()).toBe(1);
    clock.now = 100;
    expect(await read()).toBe(2);
  });

  it('does not remember what failed', async () => {
    let reads = 0;
    const read = memoised(
      async () => {
        reads += 1;
        if (reads === 1) throw new Error('once');
        return reads;
      },
      { forMs: 100, now: () => 0 },
    );
    await expect(read()).rejects.toThrow('once');
    expect(await read()).toBe(2);
  });
});
