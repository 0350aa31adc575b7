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
import type { LogTables, Row, Table } from './log-tables.ts';
import { setAside } from './set-aside.ts';
import { deliveryOf, type Token, tokenBeside } from './token.ts';

export interface Block {
  readonly rows: ReadonlyMap<Table, readonly Row[]>;
  readonly token: Token;
  readonly source: string;
  /** Whether ClickHouse still knows the tokens of the time when this one was tried first. */
  readonly remembered: boolean;
}

export interface PutDeps {
  readonly tables: LogTables;
  readonly log: Log;
}

/** Answers how many rows were left out. @throws {AnalyticsFailed} */
export async function putOnce(block: Block, { tables, log }: PutDeps, signal: AbortSignal): Promise<number> {
  let already = 0;
  for (const [table, all] of block.rows) {
    const left = await leftOut(table, all);
    const own = left.size === 0 ? all : all.filter(({ eventId }) => !left.has(eventId));
    already += all.length - own.length;
    if (own.length > 0) await insert(table, own);
  }
  return already;

  async function leftOut(table: Table, all: readonly Row[]): Promise<ReadonlySet<string>> {
    const present = await tables.present(table, all, signal);
    const isMine = ({ delivery }: { readonly delivery: string }) => delivery === deliveryOf(block.token);
    const ids = new Set(present.map(({ eventId }) => eventId));
    if (block.remembered) for (const { eventId } of present.filter(isMine)) ids.delete(eventId);
    return ids;
  }

  /** What is refused twice, and so was not cut on its way, is kept among the unreadable: it must not wait for ever. */
  async function insert(table: Table, own: readonly Row[]): Promise<void> {
    for (let again = false; ; again = true) {
      try {
        return await tables.insert(table, own, block.token, signal);
      } catch (error) {
        if (!isRefusedAsData(error) || table === 'unreadable') throw error;
        if (!again) continue;
        log.error('load.refused', { table, count: own.length, error });
        const aside = { ...block, rows: setAside(block, table, own, error), token: tokenBeside(block.token, table) };
        await putOnce(aside, { tables, log }, signal);
        return;
      }
    }
  }
}
