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

  it('is as high as its sum, and each part as high as its share, but for a pixel that each small part is given', () => {
    fc.assert(
      fc.property(shape, ([values, room, height]) => {
        const top = Math.max(1, sumOf(values) * room);
        const pieces = piecesOf(values, top, height);
        const highest = Math.min(height, ...pieces.filter((one) => one.height > 0).map(({ y }) => y));
        expect(Math.abs(height - highest - (sumOf(values) / top) * height)).toBeLessThanOrEqual(values.length);
        pieces.forEach((piece, i) => {
          const share = ((values[i] ?? 0) / top) * height;
          expect(Math.abs(piece.height - share)).toBeLessThanOrEqual(values.length + 1);
        });
      }),
    );
  });

  it('is exactly as high where no part is small', () => {
    expect(piecesOf([50, 25, 25], 200, 100)).toEqual([
      { y: 76, height: 24 },
      { y: 63, height: 12 }, // its edges lie at 75 and 62.5
      { y: 50, height: 12 },
    ]);
  });

  it('shows of each part that there is something, and of nothing nothing', () => {
    fc.assert(
      fc.property(shape, ([values, room, height]) => {
        const pieces = piecesOf(values, Math.max(1, sumOf(values) * room), height);
        expect(pieces.map((piece) => piece.height > 0)).toEqual(values.map((value) => value > 0));
      }),
    );
    expect(piecesOf([1, 0, 1], 10 ** 12, 100).map(({ height }) => height)).toEqual([1, 0, 1]);
  });
});
