/** What the aggregates of a day must hold: counted from its requests, each of them once. */
import * as v from 'valibot';
import { type Asked, askOne, count } from '../queries/ask.ts';
import { AGGREGATES, OF_THE_DAY } from './tables.ts';

export interface Expected {
  /** How often requests are in the table, and how many there are. */
  readonly rows: number;
  readonly ids: number;
  /** By table and sum. */
  readonly sums: Sums;
}

export type Sums = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const AUDIT_SECONDS = 120;

const SUMS = AGGREGATES.flatMap(({ table, sums, maps }) =>
  Object.entries({ ...sums, ...maps }).map(([sum, expected]) => ({ table, sum, expected })),
);
const COLUMNS = SUMS.map(({ expected }, at) => `${expected} AS sum${at}`).join(', ');
const row = v.intersect([v.object({ rows: count, ids: count }), v.record(v.string(), count)]);

export async function expectedOf(day: string, client: Asked, signal: AbortSignal): Promise<Expected> {
  const counted = await countedIn('requests', day, client, signal);
  // Only then does it pay to look at each id by itself.
  const once = counted.rows === counted.ids ? counted : await countedIn(ONCE, day, client, signal);
  const sums: Record<string, Record<string, number>> = {};
  for (const [at, { table, sum }] of SUMS.entries()) sums[table] = { ...sums[table], [sum]: once[`sum${at}`] ?? 0 };
  return { rows: counted.rows, ids: counted.ids, sums };
}

const ONCE = `(SELECT ts, event_id, route, method, status, pname, body_bytes, backend_us, download
  FROM requests WHERE ${OF_THE_DAY} LIMIT 1 BY event_id)`;

const countedIn = (from: string, day: string, client: Asked, signal: AbortSignal): Promise<v.InferOutput<typeof row>> =>
  askOne(
    {
      sql: `SELECT count() AS rows, uniqExact(event_id) AS ids, ${COLUMNS} FROM ${from} AS r WHERE ${OF_THE_DAY}`,
      params: { day },
      row,
      mostSeconds: AUDIT_SECONDS,
    },
    client,
    signal,
  );
