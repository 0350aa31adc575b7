/** The packages that were downloaded most. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';
import { daysOf, type Range } from './range.ts';

export interface PackagesWanted {
  readonly range: Range;
  readonly limit: number;
  /** A package with fewer downloads is not named. */
  readonly threshold: number;
}

/** Of the whole days that the range touches. */
export const packageRow = v.object({ pname: v.string(), downloads: count, bodyBytes: count });
export type PackageTotal = v.InferOutput<typeof packageRow>;

export const topPackages = (
  { range, limit, threshold }: PackagesWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly PackageTotal[]> =>
  ask(
    {
      sql: `SELECT pname, sum(t.downloads) AS downloads, sum(t.body_bytes) AS bodyBytes
        FROM packages_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date}
        GROUP BY pname HAVING downloads >= {threshold:UInt64} ORDER BY downloads DESC, pname LIMIT {limit:UInt32}`,
      params: { ...daysOf(range), limit, threshold },
      row: packageRow,
    },
    client,
    signal,
  );
