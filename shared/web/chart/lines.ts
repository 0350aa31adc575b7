/** Lines on a logarithmic axis. They differ by colour and by stroke, and are named at their end, where the last value stands, too. */
import { html, type Markup } from '../markup.ts';
import { ABOVE, type AxisLabel, BASELINE, chartFrame, rounded } from './frame.ts';
import { logTicks, thinned } from './ticks.ts';

export interface Line {
  /** Its class, and what it is called at its end. */
  readonly name: string;
  /** One for each slot of the axis; null where there is none. More than 0. */
  readonly values: readonly (number | null)[];
}

export interface Lines {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly lines: readonly Line[];
  readonly labels: readonly AxisLabel[];
  readonly format: (value: number) => string;
  readonly height?: number;
}

/** Units that a value has of the width. */
const SLOT = 2;
const HEIGHT = 180;
const MOST_LINES = 6;
const MOST_LABELS = 8;
/** So far apart names can be read. */
const NAME_HEIGHT = 16;

export function logLines({ id, title, says, lines, labels, format, height = HEIGHT }: Lines): Markup {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const ticks = logTicks(Math.min(...values), Math.max(...values));
  const [least = 1, most = 10] = [ticks[0], ticks.at(-1)];
  const yOf = (value: number): number => height * (1 - Math.log(value / least) / Math.log(most / least));
  const slots = Math.max(1, ...lines.map((line) => line.values.length));
  const ends = lines.flatMap(({ name, values: of }) => {
    const last = of.findLast((value) => value !== null);
    return last === undefined || last === null ? [] : [{ name, value: last, y: yOf(last) }];
  });
  const places = apart(
    ends.map(({ y }) => y),
    NAME_HEIGHT,
    height,
  );
  return chartFrame(
    {
      ...{ id, title, says, height },
      labels: thinned(labels, MOST_LABELS),
      units: slots * SLOT,
      lines: thinned(ticks, MOST_LINES).map((value) => ({ y: yOf(value), text: format(value) })),
      rim: ends.map(
        ({ name, value }, i) =>
          html`<text x="100%" y="${rounded(ABOVE + (places[i] ?? 0) + BASELINE)}"><tspan class="named">${name}</tspan> ${format(value)}</text>`,
      ),
    },
    lines.map(({ name, values: of }) => html`<path class="line ${name}" d="${pathOf(of, yOf)}"/>`),
  );
}

/**
 * From the middle of a slot to the middle of the next, by whole pixels and how far each is from the last, for that is short. What stands
 * alone is half as wide as its slot.
 */
function pathOf(values: readonly (number | null)[], yOf: (value: number) => number): string {
  const ys = values.map((value) => (value === null ? undefined : Math.round(yOf(value))));
  return ys
    .map((y, i) => {
      if (y === undefined) return '';
      const before = ys[i - 1];
      if (before !== undefined) return `l${SLOT} ${y - before}`;
      return ys[i + 1] === undefined ? `M${i * SLOT + 0.5} ${y}h1` : `M${(i + 0.5) * SLOT} ${y}`;
    })
    .join('');
}

/**
 * The same places, moved as little as it takes to keep a distance between any two, and none beyond the ends where there is room.
 *
 * @returns in the order in which they were given.
 */
export function apart(places: readonly number[], distance: number, height: number): readonly number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const moved = [...places];
  let least = 0;
  for (const i of order) {
    moved[i] = Math.max(moved[i] ?? 0, least);
    least = (moved[i] ?? 0) + distance;
  }
  let most = Math.max(height, distance * (places.length - 1));
  for (const i of order.reverse()) {
    moved[i] = Math.min(moved[i] ?? 0, most);
    most = (moved[i] ?? 0) - distance;
  }
  return moved;
}
