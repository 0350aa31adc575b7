/** What load relies on of the tables of the log stream, whichever they are. */
import { AnalyticsFailed } from '../../shared/errors.ts';
import { RECORDS } from '../../shared/testing/log-lines.ts';
import { eventIdOf } from './event-id.ts';
import { type LogTables, type Row, TABLES, type Table } from './log-tables.ts';
import { rowOf } from './rows.ts';
import { deliveryOf, type Token, tokenOf } from './token.ts';
import { unreadableRow } from './unreadable-rows.ts';

export interface LogTablesUnderTest {
  readonly tables: LogTables;
  count(table: Table): Promise<number>;
  /** How many requests each of the views has counted. */
  counted(): Promise<readonly number[]>;
}

/** Not long ago, for what is older than its table's time to live is not kept. */
const NOW = Date.now();
const DAY = 24 * 3_600_000;

export function itIsLogTables(open: () => Promise<LogTablesUnderTest>): void {
  const signal = new AbortController().signal;
  const token = (name: string): Token => tokenOf([name]);
  const request = (id: string, at = NOW): Row => rowOf({ ...RECORDS.request, v: 1, id, ts: '' }, at).row as Row;
  const requests = (count: number, name: string): Row[] =>
    Array.from({ length: count }, (_, n) => request(`${name} ${n}`, NOW + n));

  it('knows when a delivery was tried first, whoever tries it again', async () => {
    const { tables } = await open();
    await expect(tables.begunAt(token('a'), signal)).resolves.toBeUndefined();
    const entry = { source: 'spool', newest: new Date(NOW), rows: 1, noise: 2, unreadable: 3 };
    await tables.begin({ ...entry, token: token('a'), begun: new Date(NOW) }, signal);
    await tables.begin({ ...entry, token: token('a'), begun: new Date(NOW + 60_000) }, signal);
    await tables.begin({ ...entry, token: token('b'), begun: new Date(NOW + 1) }, signal);
    await expect(tables.begunAt(token('a'), signal)).resolves.toEqual(new Date(NOW));
    await expect(tables.begunAt(token('b'), signal)).resolves.toEqual(new Date(NOW + 1));
  });

  it('says which rows are there, and who brought them', async () => {
    const { tables } = await open();
    const rows = [request('one'), request('two', NOW - DAY)];
    await tables.insert('requests', rows, token('a'), signal);
    await tables.insert('requests', [request('one')], token('b'), signal);
    const present = await tables.present('requests', [...rows, request('three')], signal);
    expect(new Set(present.map(({ eventId, delivery }) => `${eventId} ${delivery}`))).toEqual(
      new Set([
        `${eventIdOf('one')} ${deliveryOf(token('a'))}`,
        `${eventIdOf('one')} ${deliveryOf(token('b'))}`,
        `${eventIdOf('two')} ${deliveryOf(token('a'))}`,
      ]),
    );
    expect(present).toHaveLength(3);
    await expect(tables.present('copies', rows, signal)).resolves.toEqual([]);
  });

  it('counts a block once in the table and in its views, however often it comes', async () => {
    const { tables, count, counted } = await open();
    const rows = [
      request('one'),
      request('two'),
      request('yesterday', NOW - DAY),
      request('last month', NOW - 30 * DAY),
    ];
    for (let times = 0; times < 3; times += 1) await tables.insert('requests', rows, token('a'), signal);
    await Promise.all([1, 2, 3].map(() => tables.insert('requests', rows, token('a'), signal)));
    await expect(count('requests')).resolves.toBe(4);
    for (const sum of await counted()) expect(sum).toBe(4);
  });

  it('loses no row that looks like one that is there', async () => {
    const { tables, count, counted } = await open();
    await tables.insert('requests', [request('one')], token('a'), signal);
    await tables.insert('requests', [request('two')], token('b'), signal);
    await expect(count('requests')).resolves.toBe(2);
    for (const sum of await counted()) expect(sum).toBe(2);
  });

  it('takes a row of every kind, whatever is in its texts', async () => {
    const { tables, count } = await open();
    const hostile = '\'"\\ \0\u2028😀\r\n\t{x:String} ;-- ' + '\ud800';
    const ids = { v: 1, id: 'x', ts: '' } as const;
    const rows = new Map<Table, Row>(
      [
        rowOf({ ...ids, ...RECORDS.request, service_version: hostile }, NOW),
        rowOf({ ...ids, ...RECORDS.channel_update, error: hostile }, NOW),
        rowOf({ ...ids, ...RECORDS.copy, file_hash: hostile, duration_us: Number.MAX_SAFE_INTEGER }, NOW),
        rowOf({ ...ids, ...RECORDS.probe, ok: false, detail: hostile }, NOW),
        rowOf({ ...ids, ...RECORDS.failure, message: hostile, object: hostile, attempt: 1e9, dead: true }, NOW),
      ].map(({ table, row }) => [table, row]),
    );
    rows.set(
      'unreadable',
      unreadableRow({ at: NOW, eventId: eventIdOf('x'), source: hostile, reason: hostile, line: hostile }),
    );
    expect([...rows.keys()]).toEqual(TABLES);
    for (const [table, row] of rows) {
      await tables.insert(table, [row], token('a'), signal);
      await expect(count(table)).resolves.toBe(1);
      await expect(tables.present(table, [row], signal)).resolves.toHaveLength(1);
    }
  });

  it('takes many rows and finds them again', async () => {
    const { tables, count } = await open();
    const rows = requests(25_000, 'many');
    await tables.insert('requests', rows, token('a'), signal);
    await expect(count('requests')).resolves.toBe(rows.length);
    const present = await tables.present('requests', [...rows, ...requests(10, 'more')], signal);
    expect(new Set(present.map(({ eventId }) => eventId))).toEqual(new Set(rows.map(({ eventId }) => eventId)));
  });

  it('does nothing for whoever has no time left', async () => {
    const { tables, count } = await open();
    await expect(tables.insert('requests', [request('one')], token('a'), AbortSignal.abort())).rejects.toThrow(
      AnalyticsFailed,
    );
    await expect(tables.begunAt(token('a'), AbortSignal.abort())).rejects.toThrow(AnalyticsFailed);
    await expect(count('requests')).resolves.toBe(0);
  });
}
