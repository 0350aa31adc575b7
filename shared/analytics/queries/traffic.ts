/** How many requests there were, and what became of them, by the day or by the hour. */
import * as v from 'valibot';
import { type Asked, ask, count, day, moment } from './ask.ts';
import { CLIENT_TRAFFIC } from './client-traffic.ts';
import { hoursOf, type Range } from './range.ts';

/** What a row of a series stands for. */
export type Step = 'hour' | 'day' | 'week';

export interface TrafficWanted {
  readonly range: Range;
  readonly step: Step;
}

/** `at`: `2026-11-22`, or `2026-11-22T11:00:00Z` by the hour. Results: hit, redirect, upstream, miss, not_modified, local, error. */
export const trafficRow = v.object({
  at: v.union([day, moment]),
  result: v.string(),
  requests: count,
  bodyBytes: count,
});
export type Traffic = v.InferOutput<typeof trafficRow>;

/** The column that a series has for its time. */
export const STEPS: Readonly<Record<Step, string>> = {
  hour: 'hour',
  day: 'toDate(hour)',
  week: 'toMonday(hour)', // those at the ends are as long as the range leaves them
};

/** Oldest first. What did not happen has no row. */
export const traffic = (
  { range, step }: TrafficWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly Traffic[]> =>
  ask(
    {
      sql: `SELECT ${STEPS[step]} AS at, cache_result AS result, sum(t.requests) AS requests, sum(t.body_bytes) AS bodyBytes
        FROM requests_hourly AS t
        WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')} AND ${CLIENT_TRAFFIC}
        GROUP BY at, result HAVING requests > 0 ORDER BY at, result`,
      params: hoursOf(range),
      row: trafficRow,
    },
    client,
    signal,
  );
