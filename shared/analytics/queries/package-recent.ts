/** One package at a glance: how often it was downloaded yesterday, in the last week and month, and its rank. */
import * as v from 'valibot';
import { type Asked, askOne, count } from './ask.ts';
import { daysBefore, daysOf, rangeOf } from './range.ts';

export interface RecentWanted {
  readonly pname: string;
  readonly now: Date;
  /** Of a package with fewer downloads in the month nothing is told. */
  readonly threshold: number;
}

const recent = v.object({ day: count, week: count, month: count });
const ranked = v.object({ rank: count, packages: count });
/**
 * Downloads of the last day that is over, and of the ranges `7d` and `30d`, so that they are what the ranking says; the rank is of the
 * month, among all packages that were downloaded in it.
 */
export const recentRow = v.object({ ...recent.entries, ...ranked.entries });
export type PackageRecent = v.InferOutput<typeof recentRow>;

/** Undefined for a package that is unknown, or has too few downloads. */
export async function packageRecent(
  { pname, now, threshold }: RecentWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<PackageRecent | undefined> {
  const month = daysOf(rangeOf('30d', now));
  const day = daysBefore(now, 1);
  const counts = await askOne(
    {
      sql: `SELECT sumIf(t.downloads, date >= {day:Date} AND date < {today:Date}) AS day, sumIf(t.downloads, date >= {week:Date}) AS week,
          sum(t.downloads) AS month
        FROM packages_daily AS t
        WHERE pname = {pname:String} AND date >= {from:Date} AND date < {to:Date}`,
      params: { pname, ...month, day: day.from, today: day.to, week: daysOf(rangeOf('7d', now)).from },
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
