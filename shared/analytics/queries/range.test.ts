import fc from 'fast-check';
import { dayOf, daysBefore, daysOf, hoursOf, RANGES, rangeOf } from './range.ts';

const DAY = 86_400_000;
const now = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

describe('ranges', () => {
  it('hold now, are as long as they are called, and begin and end on whole hours', () => {
    const lengths = { '24h': 1, '7d': 7, '30d': 30, '1y': 365 };
    fc.assert(
      fc.property(now, fc.constantFrom(...RANGES), (at, name) => {
        const { from, to } = rangeOf(name, at);
        expect((to.getTime() - from.getTime()) / DAY).toBe(lengths[name]);
        expect(to.getTime()).toBeGreaterThan(at.getTime());
        expect(to.getTime() - at.getTime()).toBeLessThanOrEqual(name === '24h' ? DAY / 24 : DAY);
        expect(hoursOf({ from, to }).from).toMatch(/^\d{4}-\d\d-\d\d \d\d:00:00$/);
      }),
    );
  });

  it('touch whole days', () => {
    const at = new Date('2026-11-22T11:32:58.123Z');
    expect(daysOf(rangeOf('24h', at))).toEqual({ from: '2026-11-21', to: '2026-11-23' });
    expect(daysOf(rangeOf('7d', at))).toEqual({ from: '2026-11-16', to: '2026-11-23' });
    const midnight = new Date('2026-11-22T00:00:00Z');
    expect(daysOf({ from: midnight, to: midnight })).toEqual({ from: '2026-11-22', to: '2026-11-22' });
  });

  it('of days before now leave the day under way out', () => {
    expect(daysBefore(new Date('2026-11-22T00:00:00Z'), 7)).toEqual({ from: '2026-11-15', to: '2026-11-22' });
    expect(daysBefore(new Date('2026-11-22T23:59:59Z'), 1)).toEqual({ from: '2026-11-21', to: '2026-11-22' });
    expect(dayOf(new Date('2026-11-22T23:59:59.999Z'))).toBe('2026-11-22');
  });
});
