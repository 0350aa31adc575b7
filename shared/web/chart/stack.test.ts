import fc from 'fast-check';
import { piecesOf } from './stack.ts';

const parts = fc.array(fc.oneof(fc.constant(0), fc.nat(1_000), fc.nat(10 ** 9)), { minLength: 1, maxLength: 7 });
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('a stacked bar', () => {
  const shape = fc.tuple(parts, fc.double({ min: 1, max: 50, noNaN: true }), fc.integer({ min: 20, max: 400 }));

  it('never stands above its axis, and no part lies over another', () => {
    fc.assert(
      fc.property(shape, ([values, room, height]) => {
        let floor = height;
        for (const { y, height: high } of piecesOf(values, Math.max(1, sumOf(values) * room), height)) {
          expect(high).toBeGreaterThanOrEqual(0);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y + high).toBeLessThanOrEqual(floor);
          if (high > 0) floor = y;
        }
      }),
    );
  });

  it('is as high as its sum, within a pixel, and each part as high as its share, within two and the gap', () => {
    fc.assert(
      fc.property(shape, ([values, room, height]) => {
        const top = Math.max(1, sumOf(values) * room);
        const pieces = piecesOf(values, top, height);
        const highest = Math.min(height, ...pieces.filter((one) => one.height > 0).map(({ y }) => y));
        expect(Math.abs(height - highest - (sumOf(values) / top) * height)).toBeLessThanOrEqual(1);
        pieces.forEach((piece, i) => {
          expect(Math.abs(piece.height - ((values[i] ?? 0) / top) * height)).toBeLessThanOrEqual(2);
        });
      }),
    );
  });

  it('is seen if there is anything, and not if there is nothing', () => {
    fc.assert(
      fc.property(parts, (values) => {
        const seen = sumOf(piecesOf(values, 10 ** 12, 100).map(({ height }) => height));
        expect(seen > 0).toBe(sumOf(values) > 0);
      }),
    );
  });
});
