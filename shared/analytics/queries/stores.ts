/**
 * How many stores use the mirror: requests for nix-cache-info by the week, for Nix asks a cache for it once in seven days (nix:
 * narinfo-cache-meta-ttl).
 */
import * as v from 'valibot';
import { type Asked, ask, count, day } from './ask.ts';
import { daysOf, type Range } from './range.ts';

/** The week by its Monday. */
export const storesRow = v.object({ week: day, checkins: count });
export type StoresOfWeek = v.InferOutput<typeof storesRow>;

/** Whole weeks only, oldest first: part of one would look like a fall. */
export const stores = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly StoresOfWeek[]> =>
  ask(
    {
      sql: `SELECT toMonday(date) AS week, sum(t.checkins) AS checkins
        FROM clients_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date}
        GROUP BY week HAVING week >= {from:Date} AND week + 7 <= {to:Date} ORDER BY week`,
      params: { ...daysOf(range) },
      row: storesRow,
    },
    client,
    signal,
  );
