import * as fc from 'fast-check';
import { sharesOf } from './shares.ts';

const trigger = { batchSize: 10, maximumConcurrency: 20 };

describe('sharesOf', () => {
  it.each([
    [16, { processes: 2, batchSize: 8, connections: 8 }],
    [10, { processes: 1, batchSize: 10, connections: 10 }],
    [1, { processes: 1, batchSize: 1, connections: 1 }],
    [1_000, { processes: 20, batchSize: 10, connections: 50 }],
  ])('divides %d', (concurrency, expected) => {
    expect(sharesOf(trigger, concurrency)).toEqual(expected);
  });

  it('never copies more at once than it was told, nor in larger batches or more processes than the trigger allows', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 1_000 }),
        (batchSize, maximumConcurrency, concurrency) => {
          const shares = sharesOf({ batchSize, maximumConcurrency }, concurrency);
          expect(shares.processes * shares.batchSize).toBeLessThanOrEqual(concurrency);
          expect(shares.batchSize).toBeLessThanOrEqual(batchSize);
          expect(shares.processes).toBeLessThanOrEqual(maximumConcurrency);
          expect(Math.min(shares.processes, shares.batchSize, shares.connections)).toBeGreaterThanOrEqual(1);
        },
      ),
    ));
});
