/**
 * The tables of the log stream in memory, for tests: they remember tokens per table and partition as ClickHouse does, and have two views
 * with windows of their own. A test may cut any call, before it, within it and after it.
 */
import { AnalyticsFailed } from '../../shared/errors.ts';
import type { LedgerEntry, LogTables, Row, Table } from './log-tables.ts';
import { deliveryOf, type Token } from './token.ts';

export interface MemoryLogTables extends LogTables {
  readonly ledger: readonly LedgerEntry[];
  rows(table: Table): readonly (Row & { readonly delivery: string })[];
  /** What the views of `requests` have counted: rows by hour and by day. */
  readonly views: Readonly<Record<'hourly' | 'daily', ReadonlyMap<string, number>>>;
}

export interface MemoryLogTablesOptions {
  /** Hears of each moment at which a call can be cut, and cuts it by throwing. */
  readonly cut?: (moment: string) => void | Promise<void>;
  readonly now?: () => Date;
  /** How long a token is remembered; ClickHouse counts blocks instead. */
  readonly windowMs?: number;
}

export function memoryLogTables(options: MemoryLogTablesOptions = {}): MemoryLogTables {
  const { cut = () => undefined, now = () => new Date(), windowMs = Number.POSITIVE_INFINITY } = options;
  const ledger: LedgerEntry[] = [];
  const stored = new Map<Table, (Row & { readonly delivery: string })[]>();
  const views = { hourly: new Map<string, number>(), daily: new Map<string, number>() };
  const window = new Map<string, number>();

  const step = async (name: string, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) throw new AnalyticsFailed(`out of time: ${name}`);
    await cut(name);
  };

  /** Whether a block is new to a table's partition; from now on it is not. */
  const isNew = (table: string, partition: string, token: Token): boolean => {
    const id = `${table} ${partition} ${token}`;
    const at = now().getTime();
    if (at - (window.get(id) ?? Number.NEGATIVE_INFINITY) < windowMs) return false;
    window.set(id, at);
    return true;
  };

  const count = (view: keyof typeof views, length: number, rows: readonly Row[], token: Token): void => {
    const groups = Map.groupBy(rows, ({ at }) => new Date(at).toISOString().slice(0, length));
    // A view's table is parted by months.
    for (const [month, keys] of Map.groupBy(groups.keys(), (key) => key.slice(0, 7))) {
      if (!isNew(view, month, token)) continue;
      for (const key of keys) views[view].set(key, (views[view].get(key) ?? 0) + (groups.get(key)?.length ?? 0));
    }
  };

  return {
    ledger,
    views,
    rows: (table) => stored.get(table) ?? [],
    async begunAt(token, signal) {
      await step('begunAt', signal);
      return ledger.find((entry) => entry.token === token)?.begun;
    },
    async begin(entry, signal) {
      await step('begin', signal);
      if (isNew('deliveries', entry.begun.toISOString().slice(0, 7), entry.token)) ledger.push(entry);
      await step('begin done');
    },
    async present(table, rows, signal) {
      await step(`present ${table}`, signal);
      const wanted = new Set(rows.map(({ eventId }) => eventId));
      return (stored.get(table) ?? []).filter(({ eventId }) => wanted.has(eventId));
    },
    async insert(table, rows, token, signal) {
      await step(`insert ${table}`, signal);
      const into = stored.get(table) ?? [];
      stored.set(table, into);
      const delivery = deliveryOf(token);
      for (const [day, some] of Map.groupBy(rows, ({ at }) => new Date(at).toISOString().slice(0, 10))) {
        if (isNew(table, day, token)) for (const row of some) into.push({ ...row, delivery });
        await step(`inserted ${table} of ${day}`);
      }
      if (table === 'requests') {
        count('hourly', 13, rows, token);
        await step('counted hourly');
        count('daily', 10, rows, token);
      }
      await step(`insert ${table} done`);
    },
  };
}
