/** One package, day by day and version by version. */
import * as v from 'valibot';
import { compareVersions } from '../../nix/compare-versions.ts';
import { type Asked, ask, count, day } from './ask.ts';
import { daysOf, type Range } from './range.ts';

export interface PackageWanted {
  readonly pname: string;
  readonly range: Range;
  /** A package with fewer downloads has no rows, and a version with fewer is one of the others. */
  readonly threshold: number;
}

/** Version null: all others together. */
export const packageDayRow = v.object({
  date: day,
  version: v.nullable(v.string()),
  downloads: count,
  bodyBytes: count,
});
export type PackageDay = v.InferOutput<typeof packageDayRow>;

/** So many versions are told apart: those downloaded most. A year has fewer rows than an answer may. */
const MOST_VERSIONS = 25;

/** Oldest first. */
export const packageDays = (
  { pname, range, threshold }: PackageWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly PackageDay[]> =>
  ask(
    {
      sql: `WITH mine AS (
          SELECT date, version, downloads, body_bytes FROM packages_daily
          WHERE pname = {pname:String} AND date >= {from:Date} AND date < {to:Date}),
        told AS (
          SELECT version FROM mine GROUP BY version HAVING sum(downloads) >= {threshold:UInt64}
          ORDER BY sum(downloads) DESC, version LIMIT ${MOST_VERSIONS})
        SELECT date, if(m.version IN told, toString(m.version), NULL) AS version,
          sum(m.downloads) AS downloads, sum(m.body_bytes) AS bodyBytes
        FROM mine AS m
        WHERE (SELECT sum(downloads) FROM mine) >= {threshold:UInt64}
        GROUP BY date, version HAVING downloads > 0 OR bodyBytes > 0 ORDER BY date, version`,
      params: { pname, ...daysOf(range), threshold },
      row: packageDayRow,
      mostRows: 400 * (MOST_VERSIONS + 1),
    },
    client,
    signal,
  );

/** The same rows with the newest versions told apart, by Nix's order of versions, and all others taken together. */
export function withNewestVersions(rows: readonly PackageDay[], most: number): readonly PackageDay[] {
  const versions = [...new Set(rows.map(({ version }) => version))].filter((version) => version !== null);
  const newest = new Set(versions.sort((a, b) => compareVersions(b, a)).slice(0, most));
  const folded = new Map<string, PackageDay>();
  for (const one of rows) {
    const version = one.version !== null && newest.has(one.version) ? one.version : null;
    const key = version === null ? one.date : `${one.date} ${version}`;
    const { downloads = 0, bodyBytes = 0 } = folded.get(key) ?? {};
    folded.set(key, {
      date: one.date,
      version,
      downloads: downloads + one.downloads,
      bodyBytes: bodyBytes + one.bodyBytes,
    });
  }
  return [...folded.values()];
}
