/** What an audit and a repair know of tables, held against the schema that makes them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_TRAFFIC } from '../queries/client-traffic.ts';
import { REQUESTS_KEPT_DAYS } from './days.ts';
import { AGGREGATES, EVENT_TABLES } from './tables.ts';

const directory = join(import.meta.dirname, '../schema');
const schema = readdirSync(directory)
  .map((file) => readFileSync(join(directory, file), 'utf8'))
  .join('\n');
const statements = schema.split(';');
const statementOf = (start: string): string => statements.find((sql) => new RegExp(`${start}\\b`).test(sql)) ?? '';
const tableOf = (table: string): string => statementOf(`CREATE TABLE IF NOT EXISTS ${table}`);
const columnsOf = (table: string): string[] =>
  [...tableOf(table).matchAll(/^ {4}(\w+) +[A-Z]/gm)].map(([, column = '']) => column);

describe('the tables of an audit', () => {
  it('are all that hold events', () => {
    const tables = [...schema.matchAll(/CREATE TABLE IF NOT EXISTS (\w+)/g)].map(([, table = '']) => table);
    expect(tables.filter((table) => columnsOf(table).includes('event_id')).sort()).toEqual([...EVENT_TABLES].sort());
  });

  it('are all that views fill', () => {
    const targets = [...schema.matchAll(/MATERIALIZED VIEW IF NOT EXISTS (\w+)_mv TO (\w+) /g)];
    expect(targets.map(([, , target]) => target).sort()).toEqual(AGGREGATES.map(({ table }) => table).sort());
    for (const [, view, target] of targets) expect(view).toBe(target);
  });

  it.each(AGGREGATES)('$table has these columns, and no others', ({ table, keys, sums, maps }) => {
    expect(columnsOf(table).sort()).toEqual([...keys, ...Object.keys(sums), ...Object.keys(maps)].sort());
    const [, order = ''] = /ORDER BY \(([^)]*)\)/.exec(tableOf(table)) ?? [];
    expect(order.split(', ').sort()).toEqual([...keys].sort());
  });

  it('count client traffic as the views do', () => {
    for (const view of ['clients_daily_mv', 'countries_daily_mv'])
      expect(statementOf(`MATERIALIZED VIEW IF NOT EXISTS ${view}`)).toContain(`WHERE ${CLIENT_TRAFFIC}`);
  });

  it('know how long requests are kept', () =>
    expect(tableOf('requests')).toContain(`TTL toDateTime(ts) + INTERVAL ${REQUESTS_KEPT_DAYS} DAY DELETE`));
});
