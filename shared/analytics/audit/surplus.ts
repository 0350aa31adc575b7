/**
 * Rows that are there more than once: of each event one row stays. No partition is replaced, for what a load brings meanwhile would go with
 * the old one. Instead the surplus rows are deleted by where they lie: a part never changes, and its name is never given again, so after a
 * merge a row is not found, and is looked up once more.
 *
 * Which row stays is decided by an order that nothing can change: by delivery, then by block, whose numbers rise with every insert and whose
 * order merges keep. So a run that was cut, and whose statement ClickHouse still works on, wants the same row to stay as the next one.
 */
import * as v from 'valibot';
import { Conflict, Malformed } from '../../errors.ts';
import { type Asked, ask, askOne, count } from '../queries/ask.ts';
import { type Changed, change } from './change.ts';
import { AUDIT_SECONDS } from './expected.ts';
import { type EventTable, OF_THE_DAY } from './tables.ts';

/** How many rows a table has too many, of one day. */
export async function surplusOf(table: EventTable, day: string, client: Asked, signal: AbortSignal): Promise<number> {
  const { surplus } = await askOne(
    {
      sql: `SELECT count() - uniqExact(event_id) AS surplus FROM ${table} WHERE ${OF_THE_DAY}`,
      params: { day },
      row: v.object({ surplus: count }),
      mostSeconds: AUDIT_SECONDS,
    },
    client,
    signal,
  );
  return surplus;
}

/** Merges come in between, but not every time. */
const MOST_STALLS = 5;

/** @returns how many went. @throws {Conflict} when they can't be caught. */
export async function removeSurplus(
  table: EventTable,
  day: string,
  client: Changed,
  signal: AbortSignal,
): Promise<number> {
  const before = await surplusOf(table, day, client, signal);
  let stalls = 0;
  for (let left = before; left > 0; ) {
    for (const parts of await whereSurplusLies(table, day, client, signal))
      await deleteRows(table, parts, client, signal);
    const now = await surplusOf(table, day, client, signal);
    if (now >= left) stalls += 1;
    if (stalls > MOST_STALLS)
      throw new Conflict(`surplus rows of ${table} move faster than they can be deleted`, { table, day });
    left = now;
  }
  return before;
}

interface RowsOfPart {
  readonly partition: string;
  readonly part: string;
  readonly offsets: readonly number[];
}

/** By one statement, whose text they are: 400 kB. */
const MOST_ROWS = 50_000;
const MOST_SQL = 4 * 2 ** 20;

/** By partition, of which a day has one; the rows to delete, and not the first of each event. */
async function whereSurplusLies(table: EventTable, day: string, client: Asked, signal: AbortSignal) {
  const rows = await ask(
    {
      sql: `SELECT partition, part, groupArray(offset) AS offsets FROM (
          SELECT _partition_id AS partition, _part AS part, _part_offset AS offset,
            toUInt64(extract(part, '_([0-9]+)_')) AS block,
            row_number() OVER (PARTITION BY event_id ORDER BY delivery, block, offset) AS copy
          FROM ${table}
          WHERE ${OF_THE_DAY} AND event_id IN (
            SELECT event_id FROM ${table} WHERE ${OF_THE_DAY} GROUP BY event_id HAVING count() > 1)
          QUALIFY copy > 1 LIMIT ${MOST_ROWS})
        GROUP BY partition, part`,
      params: { day },
      row: v.object({ partition: name, part: name, offsets: v.array(count) }),
      mostSeconds: AUDIT_SECONDS,
    },
    client,
    signal,
  );
  return Map.groupBy<string, RowsOfPart>(rows, ({ partition }) => partition).values();
}

/** Of a partition or a part, as ClickHouse makes them. It gets into a statement, where nothing can be bound. */
const name = v.pipe(v.string(), v.regex(/^[\w-]+$/));

async function deleteRows(table: EventTable, parts: readonly RowsOfPart[], client: Changed, signal: AbortSignal) {
  const [first] = parts;
  if (!first) throw new Malformed('no rows to delete', { table });
  const rows = parts.map(({ part, offsets }) => `(_part = '${part}' AND _part_offset IN (${offsets.join(',')}))`);
  const sql = `ALTER TABLE ${table} DELETE IN PARTITION ID '${first.partition}' WHERE ${rows.join(' OR ')}`;
  const settings = { mutations_sync: '2', max_query_size: String(MOST_SQL) } as const;
  await change({ table, sql, settings }, client, signal);
}
