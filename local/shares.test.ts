import * as fc from 'fast-check';
import { sharesOf } from './shares.ts';

const trigger = { batchSize: 10, maximumConcurrency: 20 };

describe('sharesOf', () => {
  it.each([
    [16, { processes: 2, batchSize: 8, connections: 8 }],
    [10, { processes: 1, batchSize: 10, connections: 10 }],
    [1, { processes: 1, batchSize: 1, connections: 1 }],
    [1_000, { processes: 20, batchSize: 10, connections: 50 }],
  ])('divides %d copies, each with a connection', (concurrency, { connections, ...expected }) => {
    const shares = sharesOf(trigger, { concurrency });
    expect(shares).toMatchObject({ ...expected, copy: { connections }, detect: { connections: 1 } });
  });

  it('starts no process that would have no connection', () => {
    const shares = sharesOf(trigger, { concurrency: 100, connections: 5 });
    expect(shares).toMatchObject({ processes: 3, batchSize: 10, copy: { connections: 1 }, detect: { connections: 1 } });
  });

  it('divides bytes as connections', () => {
    const { copy, detect } = sharesOf(trigger, { concurrency: 16, connections: 18, bytesPerSecond: 18_000 });
    expect([copy.bytesPerSecond, detect.bytesPerSecond]).toEqual([8_000, 1_000]);
    expect(sharesOf(trigger, { concurrency: 16 }).copy.bytesPerSecond).toBeUndefined();
  });

  it('never gives away more than it was told, nor exceeds what the trigger allows', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.option(fc.integer({ min: 3, max: 1_000 }), { nil: undefined }),
        fc.integer({ min: 1_000, max: 1e9 }),
        (batchSize, maximumConcurrency, concurrency, connections, bytesPerSecond) => {
          const wanted = { concurrency, connections, bytesPerSecond };
          const { processes, ...shares } = sharesOf({ batchSize, maximumConcurrency }, wanted);
          expect(processes * shares.batchSize).toBeLessThanOrEqual(concurrency);
          expect(shares.batchSize).toBeLessThanOrEqual(batchSize);
          expect(processes).toBeLessThanOrEqual(maximumConcurrency);
          const { copy, detect } = shares;
          expect(processes * copy.connections + detect.connections + 1).toBeLessThanOrEqual(
            connections ?? concurrency + 2,
          );
          expect(
            processes * (copy.bytesPerSecond ?? Number.NaN) + (detect.bytesPerSecond ?? Number.NaN),
          ).toBeLessThanOrEqual(bytesPerSecond);
          expect(Math.min(processes, shares.batchSize, copy.connections)).toBeGreaterThanOrEqual(1);
        },
      ),
    ));
});
