/** One package at a glance: how often it was downloaded on the last day, in the last week and month, and its rank. */
import * as v from 'valibot';
import { type Asked, askOne, count } from './ask.ts';
import { daysBefore } from './range.ts';

export interface RecentWanted {
  readonly pname: string;
  /** The day of `now` is not over, and does not count. */
  readonly now: Date;
  /** Of a package with fewer downloads in the month nothing is told. */
  readonly threshold: number;
}

const recent = v.object({ day: count, week: count, month: count });
const ranked = v.object({ rank: count, packages: count });
/** Downloads of one, seven and thirty whole days; the rank is of the month, among all packages that were downloaded in it. */
export const recentRow = v.object({ ...recent.entries, ...ranked.entries });
export type PackageRecent = v.InferOutput<typeof recentRow>;

/** Undefined for a package that is unknown, or has too few downloads. */
export async function packageRecent(
  { pname, now, threshold }: RecentWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<PackageRecent | undefined> {
  const month = daysBefore(now, 30);
  const counts = await askOne(
    {
      sql: `SELECT sumIf(t.downloads, date >= {day:Date}) AS day, sumIf(t.downloads, date >= {week:Date}) AS week,
          sum(t.downloads) AS month
        FROM packages_daily AS t
        WHERE pname = {pname:String} AND date >= {from:Date} AND date < {to:Date}`,
      params: { pname, ...month, day: daysBefore(now, 1).from, week: daysBefore(now, 7).from },
      row: recent,
    },
    client,
    signal,
  );
  if (counts.month < Math.max(1, threshold)) return undefined;
  const rank = await askOne(
    {
      sql: `SELECT countIf(downloads > {mine:UInt64}) + 1 AS rank, count() AS packages FROM (
          SELECT sum(t.downloads) AS downloads FROM packages_daily AS t
          WHERE date >= {from:Date} AND date < {to:Date}
          GROUP BY pname HAVING downloads > 0)`,
      params: { ...month, mine: counts.month },
      row: ranked,
    },
    client,
    signal,
  );
  return { ...counts, ...rank };
}
