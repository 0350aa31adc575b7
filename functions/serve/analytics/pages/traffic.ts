/** How many requests there were, and what became of them. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { Traffic } from '../../../../shared/analytics/queries/traffic.ts';
import { chartKey } from '../../../../shared/web/chart/key.ts';
import { numbers } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { briefly, capital, counted } from '../../../../shared/web/words.ts';
import { STEP_OF } from '../topics.ts';
import { dataOf } from './as-data.ts';
import { RANGE_WORDS } from './ranges.ts';
import { STEP_HEADING, stepsOf } from './steps.ts';
import { sum } from './sum.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

/** Lowest first. What a client has already and what is made here is given like a hit. */
const GROUPS = [
  { series: 'c1', name: 'hit', results: ['hit', 'not_modified', 'local'] },
  { series: 'c3', name: 'redirected', results: ['redirect'] },
  { series: 'c2', name: 'from upstream', results: ['upstream'] },
  { series: 'c0', name: 'miss', results: ['miss'] },
  { series: 'failed', name: 'failed', results: ['error'] },
] as const;

/** More names than these make the page heavy. */
const MOST_NAMED = 31;

export function trafficSection(answer: Answered<readonly Traffic[]>, range: RangeName, view: View): Markup {
  const per = STEP_OF[range];
  const frame = { id: 'traffic', heading: `Requests per ${per}` };
  return toldSection(frame, answer, view, (rows, at) => {
    if (rows.length === 0)
      return {
        matter: nothingYet(
          `None in ${RANGE_WORDS[range].long}. A request shows here a few minutes after it was answered.`,
        ),
      };
    const counts = new Map(rows.map((row) => [`${row.at} ${row.result}`, row.requests]));
    const groups = GROUPS.map((group) => ({
      ...group,
      total: sum(rows.filter(({ result }) => group.results.some((one) => one === result)).map((row) => row.requests)),
    })).filter(({ total }) => total > 0);
    const steps = stepsOf(range, at);
    const bars = steps.map(({ key, name, label }) => {
      const parts = groups.map(({ results }) => sum(results.map((result) => counts.get(`${key} ${result}`) ?? 0)));
      const pointed = steps.length <= MOST_NAMED && { name: `${name}: ${briefly(sum(parts))}` };
      return { step: name, ...pointed, label, parts };
    });
    const all = sum(groups.map(({ total }) => total));
    return {
      note: html`<p>A miss is a path that this mirror does not have; Nix then asks the next cache.</p>${chartKey(
        groups.toReversed().map(({ series, name, total }) => ({ series, name, total: briefly(total) })),
      )}`,
      matter: html`${stackedBars({
        id: 'c-traffic',
        title: frame.heading,
        says: `${counted(all)} requests in all: ${groups.map(({ name, total }) => `${briefly(total)} ${name}`).join(', ')}.`,
        series: groups.map(({ series }) => series),
        bars,
        format: briefly,
      })}${numbers({
        caption: `${frame.heading}, by result`,
        headings: [STEP_HEADING[per], ...groups.map(({ name }) => capital(name))],
        rows: bars.map(({ step, parts }) => [step, ...parts.map(counted)]),
      })}`,
      data: dataOf('/api/traffic', { range }),
    };
  });
}
