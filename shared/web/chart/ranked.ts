/** A short list of names with a figure each, longest bar first. */
import { html, type Markup, type Part } from '../markup.ts';
import { shareBar } from './share-bar.ts';

export interface Ranked {
  readonly caption: string;
  /** Of names and of figures. */
  readonly headings: readonly [string, string];
  readonly rows: readonly RankedRow[];
}

export interface RankedRow {
  readonly name: Part;
  readonly figure: Part;
  /** What its bar is as long as. */
  readonly value: number;
}

export function ranked({ caption, headings: [names, figures], rows }: Ranked): Markup {
  const most = Math.max(0, ...rows.map(({ value }) => value));
  return html`<table class="ranked"><caption class="unseen">${caption}</caption><thead><tr><th>${names}<th>${figures}</thead><tbody>
${rows.map(({ name, figure, value }) => html`<tr><th>${name}${shareBar(value, most)}<td>${figure}\n`)}</tbody></table>`;
}
