/** What the mirror did: what it copied from upstream, and what failed. */
import type { CopiesOfDay } from '../../../../shared/analytics/queries/copies.ts';
import type { FailureTotal } from '../../../../shared/analytics/queries/failures.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { chartKey } from '../../../../shared/web/chart/key.ts';
import { numbers, numberTable } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { aside } from '../../../../shared/web/figure-table.ts';
import { html, type Markup, type Part } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { briefly, capital, counted, moment, sized } from '../../../../shared/web/words.ts';
import { isTold } from '../topic.ts';
import { asData, dataOf } from './as-data.ts';
import { dailyStepOf, keyOfDay, STEP_HEADING, stepsOf } from './steps.ts';
import { sum, summedBy } from './sum.ts';
import { type Answered, NOT_AVAILABLE, toldSection, type View } from './told-section.ts';

const HEIGHT = 140;
/** Lowest first. What was here already is no copy. */
const GROUPS = [
  { series: 'c1', name: 'copied', outcome: 'copied' },
  { series: 'c0', name: 'unavailable', outcome: 'unavailable' },
  { series: 'failed', name: 'failed', outcome: 'failed' },
] as const;

/** Copies are counted by the day: a single one is no series. */
export const copiesRange = (range: RangeName): RangeName => (range === '24h' ? '7d' : range);

export interface Done {
  readonly copies: Answered<readonly CopiesOfDay[]>;
  readonly failures: Answered<readonly FailureTotal[]>;
}

export function copiesSection({ copies, failures }: Done, range: RangeName, view: View): Markup {
  const per = dailyStepOf(range);
  const frame = { id: 'copies', heading: 'What the mirror did' };
  return toldSection(frame, copies, view, (rows, at) => {
    const counts = summedBy(
      rows,
      (row) => `${keyOfDay(row.date, per)} ${row.outcome}`,
      (row) => row.copies,
    );
    const totals = summedBy(
      rows,
      (row) => row.outcome,
      (row) => row.copies,
    );
    const groups = GROUPS.filter(({ outcome }) => (totals.get(outcome) ?? 0) > 0);
    const bytes = sum(rows.filter(({ outcome }) => outcome === 'copied').map(({ fileBytes }) => fileBytes));
    const bars = stepsOf(copiesRange(range), at, per).map(({ key, name, label }) => {
      const parts = groups.map(({ outcome }) => counts.get(`${key} ${outcome}`) ?? 0);
      return { step: name, label, parts };
    });
    const key = groups
      .toReversed()
      .map(({ series, name, outcome }) => ({ series, name, total: briefly(totals.get(outcome) ?? 0) }));
    return {
      note: html`<p>Store paths copied from upstream, ${per} by ${per}${bytes > 0 && `: ${sized(bytes)} in all`}. What failed is tried again.</p>${chartKey(key)}`,
      matter: html`${
        groups.length === 0
          ? nothingYet('Nothing was copied. Copies show here as soon as a channel moves.')
          : html`${stackedBars({
              id: 'c-copies',
              title: `Copies per ${per}`,
              says: `${groups.map(({ name, outcome }) => `${counted(totals.get(outcome) ?? 0)} ${name}`).join(', ')}.`,
              series: groups.map(({ series }) => series),
              bars,
              format: briefly,
              height: HEIGHT,
            })}${numbers({
              caption: `Copies per ${per}`,
              headings: [STEP_HEADING[per], ...groups.map(({ name }) => capital(name))],
              rows: bars.map(({ step, parts }) => [step, ...parts.map(counted)]),
            })}${asData('Copies', dataOf('/api/copies', { range: copiesRange(range) }))}`
      }${failed(failures, range, view)}`,
    };
  });
}

const MOST_FAILURES = 10;

function failed(answer: Answered<readonly FailureTotal[]>, range: RangeName, { now }: View): Part {
  if (!isTold(answer)) return html`<p class="small soft">Failures: ${NOT_AVAILABLE}</p>`;
  const { found } = answer;
  if (found.length === 0) return html`<p class="small soft">Nothing failed.</p>`;
  return html`<h3>What failed</h3>${numberTable({
    caption: 'Failures by stage and code',
    headings: ['Stage and code', 'Failures', 'Given up'],
    rows: found
      .slice(0, MOST_FAILURES)
      .map(({ stage, code, failures, dead, last }) => [
        html`${stage} <code>${code}</code>${aside(html`last ${moment(new Date(last), now)}`)}`,
        counted(failures),
        counted(dead),
      ]),
  })}${asData('What failed', dataOf('/api/failures', { range }))}`;
}
