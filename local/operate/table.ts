/** Columns for a terminal: words to the left, figures to the right, two blanks between. */
import { styleText } from 'node:util';

export interface TableColumn {
  readonly heading: string;
  readonly figure?: boolean;
}

/** @param bold whether the headings are. @returns whole lines, each indented by two */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[], bold = false): string {
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ figure }, at) => {
        const [cell = '', width = 0] = [cells[at], widths[at]];
        return figure ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const headings = line(columns.map(({ heading }) => heading));
  return `  ${bold ? styleText('bold', headings) : headings}\n${rows.map((row) => `  ${line(row)}\n`).join('')}`;
}
