import fc from 'fast-check';
import { isDue } from './due.ts';

const AT = Date.parse('2026-11-25T00:00:00Z');

describe('isDue', () => {
  it('is so from its time on, and not before', () => {
    expect(isDue(AT, AT - 1, 60_000)).toBe(false);
    expect(isDue(AT, AT - 60_000, 60_000)).toBe(false);
    expect(isDue(AT, AT, 60_000)).toBe(true);
    expect(isDue(AT, AT + 1e12, 60_000)).toBe(true);
  });

  it('is so when it lies further ahead than it can', () => {
    expect(isDue(AT, AT - 60_001, 60_000)).toBe(true);
  });

  it('keeps nobody waiting for longer than its most, whatever the clock said when it was put there', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: 0, max: 1e9 }), (at, now, mostMs) => {
        expect(isDue(at, now, mostMs) || isDue(at, now + mostMs, mostMs)).toBe(true);
      }),
    );
  });
});
