/**
 * Puts the rows of one delivery into their tables, once. Each insert carries the delivery's token: ClickHouse takes such a block once,
 * and when it comes again it only mends the views that the first time was cut before. So the block must be the same at every try, and
 * nobody else may have brought a row of it: what is there of other deliveries is left out, what is there of this one is put in again.
 *
 * When ClickHouse may have forgotten the token, whatever is there is left out: a view that was cut then stays cut, but nothing is
 * counted twice.
 */
import { isRefusedAsData } from '../../shared/analytics/analytics-failed.ts';
import type { Log } from '../../shared/log.ts';
import type { LogTables, Present, Row, Table } from './log-tables.ts';
import { setAside } from './set-aside.ts';
import { deliveryOf, type Token, tokenBeside } from './token.ts';

export interface Block {
  readonly rows: RowsByTable;
  readonly token: Token;
  readonly source: string;
  /** Whether ClickHouse still knows the tokens of the time when this one was tried first. */
  readonly remembered: boolean;
}

export type RowsByTable = ReadonlyMap<Table, readonly Row[]>;
export type PresentByTable = ReadonlyMap<Table, readonly Present[]>;

export interface PutDeps {
  readonly tables: LogTables;
  readonly log: Log;
}

/** @throws {AnalyticsFailed} */
export async function whatIsThere(
  rows: RowsByTable,
  tables: Pick<LogTables, 'present'>,
  signal: AbortSignal,
): Promise<PresentByTable> {
  const look = async ([table, some]: readonly [Table, readonly Row[]]) =>
    [table, await tables.present(table, some, signal)] as const;
  return new Map(await Promise.all([...rows].map(look)));
}

/** Answers how many rows were left out. @throws {AnalyticsFailed} */
export async function putOnce(
  block: Block,
  present: PresentByTable,
  deps: PutDeps,
  signal: AbortSignal,
): Promise<number> {
  let already = 0;
  for (const [table, all] of block.rows) {
    const left = leftOut(block, present.get(table) ?? []);
    const own = left.size === 0 ? all : all.filter(({ eventId }) => !left.has(eventId));
    already += all.length - own.length;
    if (own.length > 0) await insert(block, table, own, deps, signal);
  }
  return already;
}

function leftOut({ token, remembered }: Block, present: readonly Present[]): ReadonlySet<string> {
  const ids = new Set(present.map(({ eventId }) => eventId));
  const mine = deliveryOf(token);
  if (remembered) for (const { eventId, delivery } of present) if (delivery === mine) ids.delete(eventId);
  return ids;
}

/** What is refused twice, and so was not cut on its way, is kept among the unreadable: it must not wait for ever. */
async function insert(
  block: Block,
  table: Table,
  own: readonly Row[],
  { tables, log }: PutDeps,
  signal: AbortSignal,
): Promise<void> {
  for (let again = false; ; again = true) {
    try {
      return await tables.insert(table, own, block.token, signal);
    } catch (error) {
      if (!isRefusedAsData(error) || table === 'unreadable') throw error;
      if (!again) continue;
      log.error('load.refused', { table, count: own.length, error });
      const rows = setAside(block, { table, rows: own, error });
      const aside = { ...block, rows, token: tokenBeside(block.token, table) };
      await putOnce(aside, await whatIsThere(rows, tables, signal), { tables, log }, signal);
      return;
    }
  }
}
