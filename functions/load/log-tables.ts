/**
 * What load needs of ClickHouse: a port with two adapters, HTTP and memory, that pass one contract. Every call may fail with
 * AnalyticsFailed, before or after it had its effect; all may be made again.
 */
import type { Token } from './token.ts';

/** In the order in which a delivery's rows are inserted. */
export const TABLES = ['requests', 'channel_updates', 'copies', 'probes', 'failures', 'unreadable'] as const;
export type Table = (typeof TABLES)[number];

export interface Row {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  /** Of `event-id.ts`. */
  readonly eventId: string;
  /** All other columns of its table, by name, but the delivery. */
  readonly columns: Readonly<Record<string, string | number | boolean>>;
}

/** A delivery as it is written down before any of its rows is. */
export interface LedgerEntry {
  readonly token: Token;
  /** When it was tried first. */
  readonly begun: Date;
  readonly source: string;
  /** Of its lines. */
  readonly newest: Date;
  readonly rows: number;
  readonly noise: number;
  readonly unreadable: number;
}

/** A row that is in a table. */
export interface Present {
  readonly eventId: string;
  /** Which delivery brought it: `deliveryOf` its token. */
  readonly delivery: string;
}

export interface LogTables {
  /** When a delivery was tried first; undefined: never, as far as anybody remembers (30 days). */
  begunAt(token: Token, signal: AbortSignal): Promise<Date | undefined>;
  begin(entry: LedgerEntry, signal: AbortSignal): Promise<void>;
  /** Which of these rows are in the table, by their event ids and on their days. */
  present(table: Table, rows: readonly Row[], signal: AbortSignal): Promise<readonly Present[]>;
  /**
   * Inserts the rows into the table, and what views make of them into theirs; what has come with this token lately is not counted
   * again, in neither.
   */
  insert(table: Table, rows: readonly Row[], token: Token, signal: AbortSignal): Promise<void>;
}
