/**
 * Bars over time or by size, each of one part or several. All bars of a series are one path of thick strokes, which is the shortest that
 * can be said of them: a page has hundreds.
 */
import { html, type Markup } from '../markup.ts';
import { type AxisLabel, chartFrame, rounded } from './frame.ts';
import { type Piece, piecesOf } from './stack.ts';
import { countTicks, thinned } from './ticks.ts';

export interface Bar {
  /** What is shown to who points at it. Where there are many bars, the table is enough. */
  readonly name?: string;
  /** One for each series. */
  readonly parts: readonly number[];
  /** Below it; not every bar has one. */
  readonly label?: string | undefined;
}

export interface StackedBars {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  /** The class of each, which has its colour; the lowest first. */
  readonly series: readonly string[];
  readonly bars: readonly Bar[];
  readonly format: (value: number) => string;
  readonly ticks?: (most: number) => readonly number[];
  readonly height?: number;
}

const SLOT = 10; // units that a bar has with the room beside it
const WIDEST = 8;
/** A lonely bar does not fill the page. */
const MOST_SHARE = 0.06;
const HEIGHT = 200;
const MOST_LABELS = 8;

export function stackedBars(given: StackedBars): Markup {
  const { id, title, says, series, bars, format, ticks = countTicks, height = HEIGHT } = given;
  const at = ticks(Math.max(0, ...bars.map(sumOf)));
  const top = at.at(-1) ?? 1;
  const units = Math.max(1, bars.length) * SLOT;
  const width = rounded(Math.min(WIDEST, units * MOST_SHARE));
  const pieces = bars.map(({ parts }) => piecesOf(parts, top, height));
  const paths = series.map((name, one) => html`<path class="${name}" d="${pathOf(pieces.map((of) => of[one]))}"/>`);
  const pointed = bars.map(
    ({ name }, i) => name !== undefined && html`<path d="M${middleOf(i)} 0v${height}"><title>${name}</title></path>`,
  );
  return chartFrame(
    {
      ...{ id, title, says, height, units },
      lines: at.map((value) => ({ y: height - (value / top) * height, text: format(value) })),
      labels: thinned(labelsOf(bars), MOST_LABELS),
    },
    html`<g stroke-width="${width}">${paths}</g><g class="pointed" stroke-width="${SLOT}">${pointed}</g>`,
  );
}

const sumOf = ({ parts }: Bar): number => parts.reduce((sum, part) => sum + part, 0);

const labelsOf = (bars: readonly Bar[]): readonly AxisLabel[] =>
  bars.flatMap(({ label }, i) => (label === undefined ? [] : [{ at: (i + 0.5) / bars.length, text: label }]));

const middleOf = (bar: number): number => (bar + 0.5) * SLOT;

/** Downwards, each in the middle of its slot. */
const pathOf = (pieces: readonly (Piece | undefined)[]): string =>
  pieces.map((piece, i) => (piece && piece.height > 0 ? `M${middleOf(i)} ${piece.y}v${piece.height}` : '')).join('');
