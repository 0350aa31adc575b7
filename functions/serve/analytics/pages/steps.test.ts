import fc from 'fast-check';
import { RANGES, rangeOf } from '../../../../shared/analytics/queries/range.ts';
import { STEP_OF } from '../topics.ts';
import { keyOfDay, stepsOf } from './steps.ts';

const NOW = new Date('2026-11-22T11:33:07Z');
const now = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

describe('the steps of a range', () => {
  it.each([
    ['24h', 24, '2026-11-21T12:00:00Z', '2026-11-22T11:00:00Z'],
    ['7d', 7, '2026-11-16', '2026-11-22'],
    ['30d', 30, '2026-10-24', '2026-11-22'],
    ['1y', 53, '2025-11-17', '2026-11-16'],
  ] as const)('of %s are %i, named as rows are', (range, many, first, last) => {
    const steps = stepsOf(range, NOW);
    expect([steps.length, steps[0]?.key, steps.at(-1)?.key]).toEqual([many, first, last]);
  });

  it('may be days where rows are kept by the day', () => {
    expect(stepsOf('24h', NOW, 'day').map(({ key }) => key)).toEqual(['2026-11-21', '2026-11-22']);
  });

  it('hold every time of the range, and each once', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(now, fc.constantFrom(...RANGES), share, (at, range, where) => {
        const { from, to } = rangeOf(range, at);
        const then = new Date(from.getTime() + Math.floor(where * (to.getTime() - from.getTime()))).toISOString();
        const key = {
          hour: `${then.slice(0, 13)}:00:00Z`,
          day: then.slice(0, 10),
          week: keyOfDay(then.slice(0, 10), 'week'),
        }[STEP_OF[range]];
        const keys = stepsOf(range, at).map((step) => step.key);
        expect(keys).toContain(key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('weeks begin on Mondays', () => {
    expect(['2026-11-15', '2026-11-16', '2026-11-22'].map((day) => keyOfDay(day, 'week'))).toEqual([
      '2026-11-09',
      '2026-11-16',
      '2026-11-16',
    ]);
  });
});
