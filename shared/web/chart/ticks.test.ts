import fc from 'fast-check';
import { byteTicks, countTicks, logTicks, thinned } from './ticks.ts';

const count = fc.oneof(fc.nat(2_000), fc.nat(), fc.constantFrom(0, 1, 10 ** 9, 2 ** 53));

describe('ticks', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [57, [0, 20, 40, 60]],
    [372_113, [0, 100_000, 200_000, 300_000, 400_000]],
    [1_000_000_000, [0, 500_000_000, 1_000_000_000]],
  ])('up to %i are round', (most, ticks) => expect(countTicks(most)).toEqual(ticks));

  it('of bytes are round in their unit', () => {
    expect(byteTicks(4.4 * 2 ** 30)).toEqual([0, 2, 4, 6].map((gib) => gib * 2 ** 30));
    expect(byteTicks(700 * 2 ** 10)).toEqual([0, 200, 400, 600, 800].map((kib) => kib * 2 ** 10));
  });

  it.each([
    ['counts', countTicks],
    ['bytes', byteTicks],
  ])('of %s begin at nothing, are few and even, and hold all that there is', (_, ticksOf) => {
    fc.assert(
      fc.property(count, (most) => {
        const ticks = ticksOf(most);
        const step = ticks[1] ?? 0;
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks).toEqual(ticks.map((_, i) => i * step));
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
        expect((ticks.at(-2) ?? 0) < most || most === 0).toBe(true);
      }),
    );
  });

  it('of a logarithmic axis hold the least and the most between them', () => {
    expect(logTicks(9_000, 560_000)).toEqual([3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]);
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.integer({ min: 1 }), (a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const ticks = logTicks(least, most);
        expect(ticks[0]).toBeLessThanOrEqual(least);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('are thinned to as many as there is room for, and the last one stays', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 12 }), (all, most) => {
        const left = thinned(all, most);
        expect(left.length).toBeLessThanOrEqual(most);
        expect(left.at(-1)).toBe(all.at(-1));
      }),
    );
  });
});
