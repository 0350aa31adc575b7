/**
 * An aggregate's day made right by adding what it lacks: one row for each key that differs, with the difference, which may be less than
 * nothing. Sums of UInt64 wrap around, so -3 is 2 ** 64 - 3, and all sums are right at once; merges leave the plain figure.
 *
 * A day shares its partition with a month or a year. To replace that would lose what loads of other days bring meanwhile; to delete the day
 * and insert it anew would show it empty in between, and leave it so when cut. An insert does neither, and the second one finds no difference.
 */
import * as v from 'valibot';
import { type Asked, askOne, count } from '../queries/ask.ts';
import { type Changed, change } from './change.ts';
import { AUDIT_SECONDS } from './expected.ts';
import type { Aggregate } from './tables.ts';

/** How many keys of a day differ from what the view makes of raw requests. */
export async function keysToCorrect(
  aggregate: Aggregate,
  day: string,
  client: Asked,
  signal: AbortSignal,
): Promise<number> {
  const { keys } = await askOne(
    {
      sql: `SELECT count() AS keys FROM (${await differences(aggregate, client, signal)})`,
      params: { day },
      row: v.object({ keys: count }),
      mostSeconds: AUDIT_SECONDS,
    },
    client,
    signal,
  );
  return keys;
}

/** One block is one part: all of it, or nothing. */
const AS_ONE_PART = {
  insert_deduplicate: 0, // it is of this moment, and must not be taken for another
  max_insert_threads: '1',
  min_insert_block_size_rows: '100000000',
  min_insert_block_size_bytes: '10000000000',
  max_execution_time: AUDIT_SECONDS,
} as const;

/** @returns how many keys were wrong. */
export async function correct(
  aggregate: Aggregate,
  day: string,
  client: Changed,
  signal: AbortSignal,
): Promise<number> {
  const keys = await keysToCorrect(aggregate, day, client, signal);
  if (keys === 0) return 0;
  const { table } = aggregate;
  const sql = `INSERT INTO ${table} (${columnsOf(aggregate).join(', ')}) ${await differences(aggregate, client, signal)}`;
  await change({ table, sql, params: { day }, settings: AS_ONE_PART }, client, signal);
  return keys;
}

/** Merges the rows of a day's partition, so that whoever reads them unsummed sees plain figures. */
export async function mergeDay({ table, day: dayOfRow }: Aggregate, day: string, client: Changed, signal: AbortSignal) {
  const { partition } = await askOne(
    {
      sql: `SELECT any(_partition_id) AS partition FROM ${table} WHERE ${dayOfRow} = {day:Date}`,
      params: { day },
      row: v.object({ partition: v.pipe(v.string(), v.regex(/^\w*$/)) }),
    },
    client,
    signal,
  );
  if (partition === '') return;
  const sql = `OPTIMIZE TABLE ${table} PARTITION ID '${partition}' FINAL`;
  await change({ table, sql, settings: { optimize_skip_merged_partitions: 1 } }, client, signal);
}

const columnsOf = ({ keys, sums, maps }: Aggregate): readonly string[] => [
  ...keys,
  ...Object.keys(sums),
  ...Object.keys(maps),
];

/** What the view's own SELECT makes of raw requests, less what the table holds, by key; keys that do not differ are left out. */
async function differences({ table, keys, day, sums, maps }: Aggregate, client: Asked, signal: AbortSignal) {
  const { select } = await askOne(
    {
      sql: `SELECT any(as_select) AS select FROM system.tables WHERE database = currentDatabase() AND name = {view:String}`,
      params: { view: `${table}_mv` },
      row: v.object({ select: v.pipe(v.string(), v.minLength(1, 'the view is missing')) }),
    },
    client,
    signal,
  );
  const [sum, map] = [Object.keys(sums), Object.keys(maps)];
  const minus = [
    ...sum.map((name) => `bitNot(t.${name}) + 1 AS ${name}`),
    ...map.map((name) => `mapApply((k, v) -> (k, bitNot(v) + 1), t.${name}) AS ${name}`),
  ];
  const totals = [
    ...sum.map((name) => `sum(d.${name}) AS ${name}`),
    ...map.map((name) => `mapFilter((k, v) -> v != 0, sumMap(d.${name})) AS ${name}`),
  ];
  const any = [...sum.map((name) => `${name} != 0`), ...map.map((name) => `notEmpty(${name})`)];
  const key = keys.join(', ');
  return `SELECT ${key}, ${totals.join(', ')} FROM (
      SELECT ${key}, ${[...sum, ...map].join(', ')} FROM (${select}) WHERE ${day} = {day:Date}
      UNION ALL SELECT ${key}, ${minus.join(', ')} FROM ${table} AS t WHERE ${day} = {day:Date}) AS d
    GROUP BY ${key} HAVING ${any.join(' OR ')}`;
}
