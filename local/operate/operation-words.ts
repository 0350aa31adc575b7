/** What operators did, as a person reads it: the newest first. */
import type { Operation } from '../../events/operation.ts';
import { count } from '../figures.ts';
import { printable } from '../printable.ts';
import { type Cell, table } from './table.ts';

const COLUMNS = ['when', 'outcome', 'did', 'command line'].map((heading) => ({ heading }));
const LINE_WIDTH = 120;

export function operationsInWords(operations: readonly Operation[], styled: boolean): string {
  if (operations.length === 0) return 'Nobody has done anything by a command yet.\n';
  return table(COLUMNS, operations.map(row), styled);
}

function row({ began, outcome, counts, line, error }: Operation): readonly Cell[] {
  const did = Object.entries(counts).map(([what, number]) => `${count(number)} ${printable(what)}`);
  return [
    `${printable(began).slice(0, 19).replace('T', ' ')} UTC`,
    outcome === 'failed' ? { text: outcome, style: 'red' } : (outcome ?? 'no end known'),
    did.join(', '),
    `${printable(line).slice(0, LINE_WIDTH)}${error === undefined ? '' : `: ${printable(error).slice(0, LINE_WIDTH)}`}`,
  ];
}
