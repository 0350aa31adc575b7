/**
 * Tables as CSV (RFC 4180) with a line of names above. Names of packages come from outside, and a spreadsheet would run a text that begins
 * like a formula: such a text gets an apostrophe before it, which spreadsheets take for "this is text". JSON has it as it is. Pure.
 */
export type Cell = string | number | boolean | null;

const LINE_END = '\r\n';

/** What is not there is empty; each row has the columns by their names. */
export function formatCsv(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? null)).join(','));
  return [columns.map(cell).join(','), ...lines].map((line) => line + LINE_END).join('');
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;
