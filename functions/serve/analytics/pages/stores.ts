/** How many stores use the mirror, week by week: the only number here that is about people, and it is no more than a guess. */
import type { StoresOfWeek } from '../../../../shared/analytics/queries/stores.ts';
import { numbers } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { briefly, counted } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { STEP_HEADING, stepsOf, WEEK } from './steps.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const HEIGHT = 120;
/** A young mirror has no year yet, but its bars stand in a frame. */
const FEWEST = 12;

/** Not of the range that is asked for: a shorter time has few whole weeks. */
export function storesSection(answer: Answered<readonly StoresOfWeek[]>, view: View): Markup {
  const frame = { id: 'stores', heading: 'Stores seen per week' };
  return toldSection(frame, answer, view, (rows, at) => {
    const checkins = new Map(rows.map((row) => [row.week, row.checkins]));
    const year = stepsOf('1y', at).filter(({ key }) => isOver(key, at));
    const first = year.findIndex(({ key }) => checkins.has(key));
    const weeks = year.slice(Math.min(first, year.length - FEWEST));
    return {
      note: html`<p>Nix asks a cache for <code>nix-cache-info</code> once a week, so these check-ins are about as many as the stores that use this mirror. Whole weeks, of a year at most.</p>`,
      ...(rows.length > 0 && { data: dataOf('/api/stores', { range: '1y' }) }),
      matter:
        rows.length === 0
          ? nothingYet('The first bar stands here when a whole week, Monday to Sunday, is over.')
          : html`${stackedBars({
              id: 'c-stores',
              title: frame.heading,
              says: `Check-ins, week by week; ${counted(rows.at(-1)?.checkins ?? 0)} in the last whole week.`,
              series: ['c1'],
              bars: weeks.map(({ key, label }) => ({ label, parts: [checkins.get(key) ?? 0] })),
              format: briefly,
              height: HEIGHT,
            })}${numbers({
              caption: frame.heading,
              headings: [STEP_HEADING.week, 'Check-ins'],
              rows: weeks.map(({ key, name }) => [name, counted(checkins.get(key) ?? 0)]),
            })}`,
    };
  });
}

/** The week under way would look like a fall. */
const isOver = (monday: string, now: Date): boolean => Date.parse(monday) + WEEK <= now.getTime();
