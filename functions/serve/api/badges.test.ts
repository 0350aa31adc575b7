import fc from 'fast-check';
import { compact } from './badges.ts';

describe('a count on a badge', () => {
  it.each([
    [0, '0'],
    [10, '10'],
    [999, '999'],
    [1_000, '1k'],
    [1_234, '1.2k'],
    [9_949, '9.9k'],
    [9_950, '10k'],
    [57_670, '58k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [1_960_000, '2M'],
    [3_400_000, '3.4M'],
    [12_000_000_000, '12G'],
    [2 ** 53, '9007199G'],
  ])('%d is %s', (count, words) => expect(compact(count)).toBe(words));

  it('is within five per cent of what it is, in five characters at most', () => {
    const factor: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e11 }), (count) => {
        const words = compact(count);
        expect(words.length).toBeLessThanOrEqual(5);
        const [, amount, unit = ''] = /^([\d.]+)([kMG]?)$/.exec(words) ?? [];
        const said = Number(amount) * (factor[unit] ?? 1);
        expect(Math.abs(said - count)).toBeLessThanOrEqual(count * 0.05);
      }),
    );
  });
});
