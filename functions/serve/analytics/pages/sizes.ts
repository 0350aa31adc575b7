/** How large what is downloaded is: each bar is twice as large as the one before it. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { SizeTotal } from '../../../../shared/analytics/queries/sizes.ts';
import { numbers } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { briefly, counted, sized, withoutZero } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { byDay, RANGE_WORDS } from './ranges.ts';
import { sum } from './sum.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

const HEIGHT = 140;
/** KiB, MiB, GiB, and half-way between them. */
const LABEL_EVERY = 5;

export function sizesSection(answer: Answered<readonly SizeTotal[]>, range: RangeName, view: View): Markup {
  const frame = { id: 'sizes', heading: 'Size of a download' };
  return toldSection(frame, answer, view, (rows) => {
    if (rows.length === 0)
      return {
        matter: nothingYet(
          `Nothing was downloaded in ${RANGE_WORDS[range].long}. Sizes show here from the first download on.`,
        ),
      };
    const bySize = new Map(rows.map((row) => [row.log2Size, row]));
    const [least = 0, most = 0] = [rows[0]?.log2Size, rows.at(-1)?.log2Size];
    const all = Array.from({ length: most - least + 1 }, (_, i) => {
      const { downloads = 0, bodyBytes = 0 } = bySize.get(least + i) ?? {};
      return { log2Size: least + i, size: upTo(least + i), downloads, bodyBytes };
    });
    const half = middle(all);
    return {
      note: html`<p>Half of the downloads are at most ${half}. Each bar is twice as large as the one before it.${byDay(range)}</p>`,
      matter: html`${stackedBars({
        id: 'c-sizes',
        title: frame.heading,
        says: `Downloads by powers of two, up to ${upTo(most)}. Half are at most ${half}.`,
        series: ['c1'],
        bars: all.map(({ log2Size, size, downloads }) => ({
          label: log2Size % LABEL_EVERY === 0 ? size : undefined,
          parts: [downloads],
        })),
        format: briefly,
        height: HEIGHT,
      })}${numbers({
        caption: frame.heading,
        headings: ['Up to', 'Downloads', 'Sent'],
        rows: all.map(({ size, downloads, bodyBytes }) => [size, counted(downloads), sized(bodyBytes)]),
      })}`,
      data: dataOf('/api/sizes', { range }),
    };
  });
}

const upTo = (log2Size: number): string => withoutZero(sized(2 ** log2Size));

/** The size that the one in the middle has at most. */
function middle(all: readonly { readonly size: string; readonly downloads: number }[]): string {
  const half = sum(all.map(({ downloads }) => downloads)) / 2;
  let before = 0;
  for (const { size, downloads } of all) {
    before += downloads;
    if (before >= half) return size;
  }
  return all.at(-1)?.size ?? '';
}
