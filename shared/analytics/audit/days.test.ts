import fc from 'fast-check';
import { dayAfter, daysFrom, firstWholeDay, parseDay } from './days.ts';

const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));

describe('days', () => {
  it('are read as they are written', () => fc.assert(fc.property(day, (text) => expect(parseDay(text)).toBe(text))));

  it.each(['', '2026-11-31', '2026-13-01', '2026-1-1', '20261101', '2026-11-01T00:00:00Z', 'today', ' 2026-11-01'])(
    'refuses %j',
    (text) => expect(() => parseDay(text)).toThrow('not a day'),
  );

  it('follow each other without a gap, first and last included', () => {
    expect(daysFrom('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
    fc.assert(
      fc.property(day, fc.nat(500), (first, more) => {
        const days = daysFrom(first, dayAfter(first, more));
        expect(days.length).toBe(more + 1);
        expect([days[0], days.at(-1)]).toEqual([first, dayAfter(first, more)]);
      }),
    );
  });

  it('have an order and an end', () => {
    expect(() => daysFrom('2026-03-02', '2026-03-01')).toThrow('before the first');
    expect(() => daysFrom('1000-01-01', '2026-03-01')).toThrow('more than');
  });

  it('are whole as long as no request of theirs can have expired, now and in an hour', () => {
    const kept = 90 * 86_400_000;
    fc.assert(
      fc.property(fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), (now) => {
        const first = Date.parse(firstWholeDay(now));
        expect(first).toBeGreaterThan(now.getTime() + 3_599_999 - kept);
        expect(first - 86_400_000).toBeLessThanOrEqual(now.getTime() + 3_600_000 - kept);
      }),
    );
  });
});
