/** Columns for a terminal: words to the left, figures to the right, two blanks between. */
import { styleText } from 'node:util';

export interface TableColumn {
  readonly heading: string;
  readonly figure?: boolean;
}

export type Style = Extract<Parameters<typeof styleText>[0], string>;
export type Cell = string | { readonly text: string; readonly style: Style };

/** @param styled whether the terminal shows styles. @returns whole lines, each indented by two */
export function table(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[], styled = false): string {
  const headings = columns.map(({ heading }): Cell => ({ text: heading, style: 'bold' }));
  const widths = columns.map((_, at) => Math.max(...[headings, ...rows].map((row) => textOf(row[at]).length)));
  const line = (row: readonly Cell[]): string => {
    const cells = columns.map(({ figure }, at) => {
      const [text, width] = [textOf(row[at]), widths[at] ?? 0];
      const padded = figure ? text.padStart(width) : text.padEnd(width);
      return styled ? inStyle(row[at], padded) : padded;
    });
    return `  ${cells.join('  ')}`.trimEnd();
  };
  return [headings, ...rows].map((row) => `${line(row)}\n`).join('');
}

const textOf = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell?.text ?? ''));
const inStyle = (cell: Cell | undefined, text: string): string =>
  typeof cell === 'object' ? styleText(cell.style, text, { validateStream: false }) : text;
