/**
 * The numbers of a chart as a table, for those who want them exactly or can't see it. A year of them is long, so end tags that HTML
 * does not need are left out, and a heading's scope, which follows from where it stands.
 */
import { html, type Markup, type Part } from '../markup.ts';

export interface Numbers {
  readonly caption: string;
  /** The first column names the row. */
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Part[])[];
  /** What is clicked on to see it. */
  readonly summary?: string;
}

export const numbers = (table: Numbers): Markup =>
  html`<details><summary>${table.summary ?? 'Show the numbers'}</summary>${numberTable(table)}</details>`;

/** Where it stands open: names at the left, figures at the right. */
export const numberTable = ({ caption, headings, rows }: Numbers): Markup =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}, as a table"><table class="numbers"><thead><tr>${headings.map((heading) => html`<th>${heading}`)}</thead><tbody>
${rows.map(([name, ...figures]) => html`<tr><th>${name}${figures.map((figure) => html`<td>${figure}`)}`)}</tbody></table></div>`;
