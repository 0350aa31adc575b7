/** Packages by a part of their name: the very name first, then what begins with it, then what has it inside. Case does not matter. */
import { type Asked, ask } from './ask.ts';
import { daysOf } from './range.ts';
import { type PackagesWanted, type PackageTotal, packageRow } from './top-packages.ts';

export interface SearchWanted extends PackagesWanted {
  readonly text: string;
}

export const searchPackages = (
  { text, range, limit, threshold }: SearchWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly PackageTotal[]> =>
  ask(
    {
      sql: `SELECT pname, sum(t.downloads) AS downloads, sum(t.body_bytes) AS bodyBytes
        FROM packages_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date} AND position(lower(pname), lower({text:String})) > 0
        GROUP BY pname HAVING downloads >= {threshold:UInt64}
        ORDER BY lower(pname) = lower({text:String}) DESC, startsWith(lower(pname), lower({text:String})) DESC,
          downloads DESC, pname
        LIMIT {limit:UInt32}`,
      params: { ...daysOf(range), text, limit, threshold },
      row: packageRow,
    },
    client,
    signal,
  );
