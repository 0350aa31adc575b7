import type { PathUnavailable } from '../../events/path-unavailable.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { planAsk } from './ask-plan.ts';
import { planInWords } from './backfill-words.ts';
import type { Standings } from './standings.ts';

const now = new Date('2026-11-25T00:00:00Z');
const later = '2026-12-01T00:00:00.000Z';

/** Of so many paths that are unavailable and not due. */
function planOf(number: number, limit: number) {
  const records = Array.from({ length: number }, (_, index) => {
    const { hash } = pathNamed(`package-${index}`);
    return [hash, { hash, reason: 'missing', next: later } as PathUnavailable] as const;
  });
  const standings: Standings = { visible: 0, staged: 0, absent: [], unavailable: new Map(records) };
  const plan = planAsk(standings, { force: true, limit, askedBefore: () => false, now });
  return { ...plan, id: 'x', earlier: undefined, waiting: 0 };
}

describe('planInWords', () => {
  it('counts of what is not due only what is asked for', () => {
    const plan = planOf(19, 3);
    expect(plan.ask).toHaveLength(3);
    expect(plan.notDueYet).toEqual(new Set(plan.ask));
    expect(planInWords(plan, undefined, false)).toMatch(
      /to ask for +3\n +of which 3 are not due: their records are set/,
    );
  });

  it('does not say of a dry run that it does anything', () => {
    expect(planInWords(planOf(2, 9), undefined, true)).toContain('their records would be set to now');
  });

  it('says when nothing matches', () => {
    expect(planInWords(planOf(0, 9), undefined, true)).toMatch(
      /^0 store paths named: nothing matches what was asked for\n/,
    );
  });
});
