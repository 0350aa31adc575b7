/**
 * What every chart has around its marks: a name for those who hear the page, lines at round values, labels. Text never scales: x is in
 * per cent, y in pixels; only the marks lie in an inner picture that is stretched, and their strokes are not.
 */
import { html, type Markup, type Part } from '../markup.ts';

export interface ChartFrame {
  /** Of this chart alone, on its page. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen in it, in a sentence. */
  readonly says: string;
  /** Of the marks, in pixels. */
  readonly height: number;
  /** How wide the marks are in units of their own: the inner picture is as wide as the page lets it be. */
  readonly units: number;
  readonly lines: readonly AxisLine[];
  /** Below the marks; every second one goes where there is little room. */
  readonly labels: readonly AxisLabel[];
  /** Right of the marks, for names of lines. */
  readonly rim?: Part;
}

/** At `y` pixels from the top of the marks. */
export interface AxisLine {
  readonly y: number;
  readonly text: string;
}

/** At a share of the width, 0 to 1. */
export interface AxisLabel {
  readonly at: number;
  readonly text: string;
}

/** Room for half a line of text above the topmost line, and for the labels below. */
export const ABOVE = 8;
const BELOW = 24;
/** From the middle of a line of text to where its letters stand. */
export const BASELINE = 4;

export function chartFrame(frame: ChartFrame, marks: Part): Markup {
  const { id, title, says, height, units, lines, labels, rim } = frame;
  const path = lines.map(({ y }) => `M0 ${rounded(y)}h${units}`).join('');
  return html`<div class="chart${rim === undefined ? '' : ' rimmed'}"><svg width="100%" height="${ABOVE + height + BELOW}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${says}</desc>
<g class="y">${lines.map(({ y, text }) => html`<text y="${rounded(ABOVE + y + BASELINE)}">${text}</text>`)}</g>
<svg y="${ABOVE}" width="100%" height="${height}" viewBox="0 0 ${units} ${height}" preserveAspectRatio="none"><path class="grid" d="${path}"/>${marks}</svg>
<svg class="x" y="${ABOVE + height + BELOW - BASELINE}">${labels.map(axisLabel)}</svg>${rim !== undefined && html`<g class="rim">${rim}</g>`}</svg></div>`;
}

/** Beyond this share of the width a label ends at the edge, so that nothing sticks out. */
const NEAR_THE_EDGE = 0.95;

const axisLabel = ({ at, text }: AxisLabel): Markup =>
  at > NEAR_THE_EDGE
    ? html`<text class="last" x="100%">${text}</text>`
    : html`<text x="${rounded(at * 100)}%">${text}</text>`;

/** As few digits as a pixel needs. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;
