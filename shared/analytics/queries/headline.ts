/** The figures at the head of the analytics page. */
import * as v from 'valibot';
import { type Asked, askOne, count } from './ask.ts';
import { CLIENT_TRAFFIC } from './client-traffic.ts';
import { quantileOf } from './histogram.ts';
import { DAY, dayOf, daysOf, hoursOf, type Range } from './range.ts';

const ofHours = v.object({
  /** Of clients: readers of our pages do not count. */
  requests: count,
  /** Given by us; what was left to upstream is not ours. Redirects count what they promised. */
  bodyBytes: count,
  /** Requests for narinfos, and those of them that were not a miss. */
  lookups: count,
  found: count,
  /** Of narinfos, in microseconds. */
  p95: v.nullable(count),
});
const ofDays = v.object({
  /** Of the whole days that the range touches (`daysOf`). */
  downloads: count,
  /** Stores that asked for nix-cache-info in the seven days up to the end of the range: Nix asks once a week. */
  stores: count,
});
export const headlineRow = v.object({ ...ofHours.entries, ...ofDays.entries });
export type Headline = v.InferOutput<typeof headlineRow>;

export async function headline(range: Range, client: Asked, signal: AbortSignal): Promise<Headline> {
  const hours = askOne(
    {
      sql: `SELECT sum(t.requests) AS requests, sumIf(t.body_bytes, cache_result != 'upstream') AS bodyBytes,
          sumIf(t.requests, route = 'narinfo') AS lookups,
          sumIf(t.requests, route = 'narinfo' AND cache_result NOT IN ('miss', 'error')) AS found,
          ${quantileOf("sumMapIf(t.duration, route = 'narinfo')", 0.95)} AS p95
        FROM requests_hourly AS t
        WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')} AND ${CLIENT_TRAFFIC}`,
      params: hoursOf(range),
      row: ofHours,
    },
    client,
    signal,
  );
  const { from, to } = daysOf(range);
  const week = dayOf(new Date(Date.parse(to) - 7 * DAY));
  const days = askOne(
    {
      sql: `SELECT sumIf(t.downloads, date >= {from:Date}) AS downloads, sumIf(t.checkins, date >= {week:Date}) AS stores
        FROM clients_daily AS t
        WHERE date >= least({from:Date}, {week:Date}) AND date < {to:Date}`,
      params: { from, to, week },
      row: ofDays,
    },
    client,
    signal,
  );
  const [ofTheHours, ofTheDays] = await Promise.all([hours, days]);
  return { ...ofTheHours, ...ofTheDays };
}
