/** Where requests come from, as far as a CDN says: ISO 3166-1, or ZZ. Never by package or client, for both would point at people. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';
import { daysOf, type Range } from './range.ts';

export interface CountriesWanted {
  readonly range: Range;
  /** A country with fewer downloads is not named. */
  readonly threshold: number;
}

export const countryRow = v.object({ country: v.string(), requests: count, downloads: count, bodyBytes: count });
export type CountryTotal = v.InferOutput<typeof countryRow>;

/** Of the whole days that the range touches; the most downloads come first. */
export const countries = (
  { range, threshold }: CountriesWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly CountryTotal[]> =>
  ask(
    {
      sql: `SELECT country, sum(t.requests) AS requests, sum(t.downloads) AS downloads, sum(t.body_bytes) AS bodyBytes
        FROM countries_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date}
        GROUP BY country HAVING downloads >= {threshold:UInt64} AND requests > 0 ORDER BY downloads DESC, country`,
      params: { ...daysOf(range), threshold },
      row: countryRow,
    },
    client,
    signal,
  );
