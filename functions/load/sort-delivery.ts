/** What a delivery comes to: the rows of each table, and how many of its lines are what. Pure, and the same at every try. */
import type { Delivery, Line } from './decode.ts';
import { eventIdOf } from './event-id.ts';
import { type Row, TABLES, type Table } from './log-tables.ts';
import { isWithinReach } from './reach.ts';
import { rowOf, type TableRow } from './rows.ts';
import { sortLine } from './sort-line.ts';
import { failureRow, unreadableRow } from './unreadable-rows.ts';

export interface Sorted {
  /** Tables that get some, in their order. */
  readonly rows: ReadonlyMap<Table, readonly Row[]>;
  readonly newest: Date;
  readonly counts: Counts;
  /** Why the first of the unreadable lines is, if there are any. */
  readonly reason: string | undefined;
}

/** Each line is one of them. */
export interface Counts {
  readonly rows: number;
  readonly noise: number;
  readonly unreadable: number;
  /** Records that this very delivery holds already. */
  readonly repeated: number;
}

export type Readable = Exclude<Delivery, { kind: 'control' }>;

export const sourceOf = (delivery: Readable): string => (delivery.kind === 'lines' ? delivery.source : 'unknown');

/** @param begun when the delivery was tried first */
export function sortDelivery(delivery: Readable, begun: Date): Sorted {
  const source = sourceOf(delivery);
  const tables = new Map<Table, Map<string, Row>>(TABLES.map((table) => [table, new Map()]));
  const counts = { rows: 0, noise: 0, unreadable: 0, repeated: 0 };
  let reason: string | undefined;
  let newest = Number.NEGATIVE_INFINITY;

  const put = ({ table, row }: TableRow): boolean => {
    const rows = tables.get(table);
    if (!rows || rows.has(row.eventId)) return false;
    rows.set(row.eventId, row);
    return true;
  };
  const keep = (line: Line, why: string): void => {
    const row = unreadableRow({ at: line.at, eventId: eventIdOf(line.id), source, reason: why, line: line.text });
    put({ table: 'unreadable', row });
    counts.unreadable += 1;
    reason ??= String(row.columns.reason);
  };

  for (const line of linesOf(delivery, begun)) {
    newest = Math.max(newest, line.at);
    const sorted =
      delivery.kind === 'lines' ? sortLine(line.text, begun) : { kind: 'unreadable' as const, reason: delivery.reason };
    if (sorted.kind === 'noise') counts.noise += 1;
    else if (sorted.kind === 'unreadable') keep(line, sorted.reason);
    else if (put(rowOf(sorted.record, sorted.at))) counts.rows += 1;
    else counts.repeated += 1;
  }
  if (reason !== undefined) {
    const message = `${counts.unreadable} of the lines could not be read; the first: ${reason}`;
    put({
      table: 'failures',
      row: failureRow({ id: delivery.token, at: newest, code: 'UNREADABLE', source, message }),
    });
  }
  return {
    rows: new Map([...tables].flatMap(([table, rows]) => (rows.size > 0 ? [[table, [...rows.values()]]] : []))),
    newest: new Date(Number.isFinite(newest) ? newest : begun),
    counts,
    reason,
  };
}

/** With a time that the tables take, whatever the log stream says. */
function linesOf(delivery: Readable, begun: Date): readonly Line[] {
  if (delivery.kind === 'unreadable') return [{ id: delivery.token, at: begun.getTime(), text: delivery.text }];
  return delivery.lines.map((line) => (isWithinReach(line.at, begun) ? line : { ...line, at: begun.getTime() }));
}
