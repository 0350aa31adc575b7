/** Packages that are downloaded more than a week ago: seven whole days against the seven before them. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';
import { daysBefore } from './range.ts';

export interface RisingWanted {
  /** The day of `now` is not over, and does not count. */
  readonly now: Date;
  readonly limit: number;
  /** A package with fewer downloads this week is not named. */
  readonly threshold: number;
}

export const risingRow = v.object({ pname: v.string(), downloads: count, before: count });
export type RisingPackage = v.InferOutput<typeof risingRow>;

/**
 * The most surprising comes first: the growth in units of what chance makes of such counts, so that neither three after one nor one per
 * cent more of the largest stands above what really rises.
 */
export const risingPackages = (
  { now, limit, threshold }: RisingWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly RisingPackage[]> =>
  ask(
    {
      sql: `SELECT pname, sumIf(t.downloads, date >= {middle:Date}) AS downloads, sumIf(t.downloads, date < {middle:Date}) AS before
        FROM packages_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date}
        GROUP BY pname HAVING downloads >= {threshold:UInt64} AND downloads > before
        ORDER BY (downloads - before) / sqrt(downloads + before) DESC, pname LIMIT {limit:UInt32}`,
      params: { ...daysBefore(now, 14), middle: daysBefore(now, 7).from, limit, threshold },
      row: risingRow,
    },
    client,
    signal,
  );
