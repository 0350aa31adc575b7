/** What tables hold, day by day. A day of which a table has nothing is missing. */
import * as v from 'valibot';
import { type Asked, ask, count } from '../queries/ask.ts';
import { AUDIT_SECONDS } from './expected.ts';
import type { Aggregate, EventTable } from './tables.ts';

export type HeldByDay = ReadonlyMap<string, Readonly<Record<string, number>>>;

export interface DaysAsked {
  readonly first: string;
  /** Included. */
  readonly last: string;
}

const row = v.object({ day: v.string(), sums: v.record(v.string(), count) });

/** The sums of an aggregate; of a histogram that of its counts. */
export function heldBy({ table, day, sums, maps }: Aggregate, days: DaysAsked, client: Asked, signal: AbortSignal) {
  const columns = [
    ...Object.keys(sums).map((sum) => [sum, `sum(t.${sum})`]),
    ...Object.keys(maps).map((map) => [map, `arraySum(mapValues(sumMap(t.${map})))`]),
  ];
  return byDay(`FROM ${table} AS t`, day, columns, days, client, signal);
}

/** `rows`, and `ids`: how many different events they are. */
export const eventsIn = (table: EventTable, days: DaysAsked, client: Asked, signal: AbortSignal): Promise<HeldByDay> =>
  byDay(
    `FROM ${table}`,
    'toDate(ts)',
    [
      ['rows', 'count()'],
      ['ids', 'uniqExact(event_id)'],
    ],
    days,
    client,
    signal,
  );

async function byDay(
  from: string,
  day: string,
  columns: readonly (readonly string[])[],
  { first, last }: DaysAsked,
  client: Asked,
  signal: AbortSignal,
): Promise<HeldByDay> {
  const rows = await ask(
    {
      sql: `SELECT ${day} AS day, map(${columns.map(([name, sql]) => `'${name}', ${sql}`).join(', ')}) AS sums
        ${from} WHERE day >= {first:Date} AND day <= {last:Date} GROUP BY day`,
      params: { first, last },
      row,
      mostSeconds: AUDIT_SECONDS,
    },
    client,
    signal,
  );
  return new Map(rows.map((one) => [one.day, one.sums]));
}
