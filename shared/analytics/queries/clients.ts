/** Who asks: programs and their versions. Never by country, for both together would point at single people. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';
import { daysOf, type Range } from './range.ts';

export interface ClientsWanted {
  readonly range: Range;
  /** A version with fewer requests is one of the others; a program with fewer has no row. */
  readonly threshold: number;
}

/** Version null: all others together. Empty: the program did not say. */
export const clientRow = v.object({
  client: v.string(),
  version: v.nullable(v.string()),
  requests: count,
  checkins: count,
  downloads: count,
});
export type ClientTotal = v.InferOutput<typeof clientRow>;

/** Of the whole days that the range touches; the most requests come first. */
export const clients = (
  { range, threshold }: ClientsWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly ClientTotal[]> =>
  ask(
    {
      sql: `SELECT client, if(v.requests >= {threshold:UInt64}, toString(client_version), NULL) AS version,
          sum(v.requests) AS requests, sum(v.checkins) AS checkins, sum(v.downloads) AS downloads
        FROM (
          SELECT client, client_version, sum(t.requests) AS requests, sum(t.checkins) AS checkins, sum(t.downloads) AS downloads
          FROM clients_daily AS t
          WHERE date >= {from:Date} AND date < {to:Date}
          GROUP BY client, client_version) AS v
        GROUP BY client, version HAVING requests > 0 AND requests >= {threshold:UInt64}
        ORDER BY requests DESC, client, version`,
      params: { ...daysOf(range), threshold },
      row: clientRow,
    },
    client,
    signal,
  );
