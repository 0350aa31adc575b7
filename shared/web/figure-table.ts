/**
 * A table of things and their figures. Where a row is one thing, `cards` makes it a card on a narrow screen; each cell then says
 * what it is, and roles keep it a table for those who hear it.
 */
import { html, type Markup, type Part } from './markup.ts';

export interface Column {
  readonly heading: string;
  /** On a card, where it is clearer than the heading. */
  readonly label?: string;
  /** Figures stand at the right. */
  readonly figure?: boolean;
}

export interface FigureTable {
  readonly caption: string;
  /** The first column names the row. */
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Part[])[];
  readonly cards?: boolean;
}

export function figureTable({ caption, columns, rows, cards = false }: FigureTable): Markup {
  const kind = ({ figure = false }: Column): string => (figure ? 'figure' : 'word');
  const head = columns.map(
    (column) => html`<th role="columnheader" scope="col" class="${kind(column)}">${column.heading}</th>`,
  );
  const cell = (part: Part, at: number): Markup => {
    const column = columns[at];
    if (!column) throw new RangeError(`a row of "${caption}" has more cells than there are columns`);
    return at === 0
      ? html`<th role="rowheader" scope="row">${part}</th>`
      : html`<td role="cell" class="${kind(column)}" data-label="${column.label ?? column.heading}">${part}</td>`;
  };
  return html`<div class="scroll"><table role="table" class="${cards ? 'cards' : 'plain'}"><caption class="unseen">${caption}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}

/** A second, quieter line in a cell. */
export const aside = (part: Part): Markup => html`<span class="aside">${part}</span>`;
