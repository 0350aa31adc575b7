import fc from 'fast-check';
import { BucketDown, BucketFailed, BucketFull, Malformed, UpstreamFailed } from '../errors.ts';
import { backOff, fateOf, PATIENCE } from './fate.ts';

const HOUR = 3_600_000;
const malformed = new Malformed('never');
const upstream503 = new UpstreamFailed('503');
const aborted = new DOMException('over', 'TimeoutError');
const full = new BucketFull('no room');
const down = new BucketDown('gone');
const oddObject = new BucketFailed('KeyTooLong');
const bug = new TypeError('x is not a function');

describe('fateOf', () => {
  it.each([
    ['what can never be right is buried at once', malformed, { receives: 1, ageMs: 0 }, false, 'bury'],
    ['what can never be right is buried even at the deadline', malformed, { receives: 1, ageMs: 0 }, true, 'bury'],
    ['out of time is no failure, however often', aborted, { receives: 40, ageMs: 30 * HOUR }, true, 'hand-back'],
    [
      'what only ever ran out of time is buried before the redrive policy does',
      aborted,
      { receives: 90, ageMs: 0 },
      true,
      'bury',
    ],
    ['a short outage buries nothing', upstream503, { receives: 9, ageMs: HOUR }, false, 'hand-back'],
    ['a night switched off buries nothing', upstream503, { receives: 2, ageMs: 9 * HOUR }, false, 'hand-back'],
    ['what failed to the end is buried', upstream503, { receives: 9, ageMs: 9 * HOUR }, false, 'bury'],
    ['a bug is tried again like any failure', bug, { receives: 1, ageMs: 0 }, false, 'hand-back'],
    ['a full bucket is no failure, however often', full, { receives: 79, ageMs: 14 * 24 * HOUR }, false, 'hand-back'],
    ['nor at the deadline', full, { receives: 79, ageMs: 14 * 24 * HOUR }, true, 'hand-back'],
    ['what waits for room begins anew before the redrive policy', full, { receives: 80, ageMs: HOUR }, false, 'renew'],
    ['nor is a bucket that is down', down, { receives: 79, ageMs: 14 * 24 * HOUR }, false, 'hand-back'],
    [
      'what a bucket refuses of one object is buried in the end',
      oddObject,
      { receives: 9, ageMs: 9 * HOUR },
      false,
      'bury',
    ],
    ['nothing reaches the redrive policy', bug, { receives: 90, ageMs: 0 }, false, 'bury'],
  ])('%s', (_rule, error, delivery, outOfTime, kind) => {
    expect(fateOf(error, { ...delivery, outOfTime })).toMatchObject({ kind });
  });

  it('waits as long as upstream asks for', () => {
    const asked = new UpstreamFailed('429', { retryAfterMs: 120_000 });
    expect(fateOf(asked, { receives: 1, ageMs: 0, outOfTime: false })).toEqual({
      kind: 'hand-back',
      delaySeconds: 120,
      paused: false,
    });
  });
});

describe('backOff', () => {
  it('doubles from 30 s to 15 min, of which half is jitter', () => {
    const waits = [1, 2, 3, 4, 5, 6, 30].map((receives) => backOff(receives, PATIENCE, () => 1));
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
    expect(backOff(1, PATIENCE, () => 0)).toBe(15);
  });

  it('is never less than a second nor more than fifteen minutes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 9e9 }),
        (receives, random, ms) => {
          const wait = backOff(receives, { receives: 3, ms }, () => random);
          expect(wait).toBeGreaterThanOrEqual(1);
          expect(wait).toBeLessThanOrEqual(900);
        },
      ),
    );
  });
});
