/** How long a lookup took: that is what Nix waits for before it downloads anything. */
import type { Latency, RouteLatency } from '../../../../shared/analytics/queries/latency.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { logLines } from '../../../../shared/web/chart/lines.ts';
import { numbers } from '../../../../shared/web/chart/numbers.ts';
import { html, type Markup, type Part } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { counted, took, withoutZero } from '../../../../shared/web/words.ts';
import { isTold } from '../topic.ts';
import { STEP_OF } from '../topics.ts';
import { dataOf } from './as-data.ts';
import { RANGE_WORDS } from './ranges.ts';
import { STEP_HEADING, stepsOf } from './steps.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const SHARES = ['p99', 'p95', 'p50'] as const;

export interface AnswerTimes {
  readonly series: Answered<readonly Latency[]>;
  readonly byRoute: Answered<readonly RouteLatency[]>;
}

export function answerTimeSection({ series, byRoute }: AnswerTimes, range: RangeName, view: View): Markup {
  const per = STEP_OF[range];
  const whole = isTold(byRoute) ? byRoute.found.find(({ route }) => route === 'narinfo') : undefined;
  return toldSection({ id: 'answer-time', heading: 'Time to answer a lookup' }, series, view, (rows, at) => {
    if (rows.length === 0)
      return {
        matter: nothingYet(`No lookup in ${RANGE_WORDS[range].long}. Times show here once Nix asks for a path.`),
      };
    const byTime = new Map(rows.map((row) => [row.at, row]));
    const steps = stepsOf(range, at);
    return {
      note: html`${said(whole)}<p>From arrival to the last byte. The scale is logarithmic.</p>`,
      matter: html`${logLines({
        id: 'c-time',
        title: `Time to answer a lookup, by the ${per}`,
        says: 'Three lines: half of the lookups, 95 of 100 and 99 of 100 were answered within it.',
        lines: SHARES.map((name) => ({ name, values: steps.map(({ key }) => measured(byTime.get(key)?.[name])) })),
        labels: steps.flatMap(({ label }, i) =>
          label === undefined ? [] : [{ at: (i + 0.5) / steps.length, text: label }],
        ),
        format: (us) => withoutZero(took(us)),
      })}${numbers({
        caption: 'Time to answer a lookup',
        headings: [STEP_HEADING[per], 'p50, ms', 'p95, ms', 'p99, ms'],
        rows: steps.map(({ key, name }) => {
          const row = byTime.get(key);
          return [name, inMs(row?.p50), inMs(row?.p95), inMs(row?.p99)];
        }),
      })}${isTold(byRoute) && byRoute.found.length > 0 && routes(byRoute.found)}`,
      data: dataOf('/api/latency', { range }),
    };
  });
}

/** No line goes down to nothing on a logarithmic scale. */
const measured = (us: number | null | undefined): number | null => (us ? Math.max(1, us) : null);

const time = (us: number | null | undefined): string => (us === null || us === undefined ? '–' : took(us));

/** `0.31`, `9.8`, `83`, `1 204`: what was measured is within 2.2 per cent. */
function inMs(us: number | null | undefined): string {
  if (us === null || us === undefined) return '–';
  return us < 100_000 ? String(Number((us / 1_000).toPrecision(2))) : counted(Math.round(us / 1_000));
}

const said = (whole: RouteLatency | undefined): Part =>
  typeof whole?.p50 === 'number' &&
  typeof whole.p99 === 'number' &&
  html`<p>Half of the lookups were answered within ${took(whole.p50)}, 99 of 100 within ${took(whole.p99)}.</p>`;

const routes = (rows: readonly RouteLatency[]): Markup =>
  numbers({
    summary: 'Show all that is asked for',
    caption: 'Time to answer, by what was asked for',
    headings: ['Asked for', 'Requests', 'p50', 'p95', 'p99'],
    rows: rows.map(({ route, requests, p50, p95, p99 }) => [route, counted(requests), time(p50), time(p95), time(p99)]),
  });
