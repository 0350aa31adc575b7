/** How many bytes this mirror gave. What upstream gave in its place is not ours. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { Traffic } from '../../../../shared/analytics/queries/traffic.ts';
import { numbers } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { byteTicks } from '../../../../shared/web/chart/ticks.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { counted, sized, withoutZero } from '../../../../shared/web/words.ts';
import { STEP_OF } from '../topics.ts';
import { RANGE_WORDS } from './ranges.ts';
import { STEP_HEADING, stepsOf } from './steps.ts';
import { sum, summedBy } from './sum.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const HEIGHT = 120;

export function sentSection(answer: Answered<readonly Traffic[]>, range: RangeName, view: View): Markup {
  const per = STEP_OF[range];
  const frame = { id: 'sent', heading: `Sent per ${per}` };
  return toldSection(frame, answer, view, (rows, at) => {
    const ours = rows.filter(({ result }) => result !== 'upstream');
    const bytes = summedBy(
      ours,
      (row) => row.at,
      (row) => row.bodyBytes,
    );
    const all = sum([...bytes.values()]);
    if (all === 0)
      return {
        matter: nothingYet(
          `Nothing was sent in ${RANGE_WORDS[range].long}. Bytes show here a few minutes after they went.`,
        ),
      };
    const steps = stepsOf(range, at).map((step) => ({ ...step, bytes: bytes.get(step.key) ?? 0 }));
    return {
      note: html`<p>${sized(all)} in all. A redirect counts with what it leads to; what upstream gave does not count.</p>`,
      matter: html`${stackedBars({
        id: 'c-sent',
        title: frame.heading,
        says: `${sized(all)} in all.`,
        series: ['c1'],
        bars: steps.map(({ label, bytes: of }) => ({ label, parts: [of] })),
        format: sizeTick,
        ticks: byteTicks,
        height: HEIGHT,
      })}${numbers({
        caption: frame.heading,
        headings: [STEP_HEADING[per], 'Bytes'],
        rows: steps.map(({ name, bytes: of }) => [name, counted(of)]),
      })}`,
    };
  });
}

const sizeTick = (bytes: number): string => withoutZero(sized(bytes));
