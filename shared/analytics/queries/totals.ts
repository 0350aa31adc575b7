/** All there ever was, for counters that only rise: what is summed by the hour is kept for ever. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';

const requestRow = v.object({
  route: v.string(),
  status: count,
  result: v.string(),
  requests: count,
  bodyBytes: count,
});
export type RequestTotal = v.InferOutput<typeof requestRow>;

export const requestTotals = (client: Asked, signal: AbortSignal): Promise<readonly RequestTotal[]> =>
  ask(
    {
      sql: `SELECT route, status, cache_result AS result, sum(t.requests) AS requests, sum(t.body_bytes) AS bodyBytes
        FROM requests_hourly AS t
        GROUP BY route, status, result HAVING requests > 0 ORDER BY route, status, result`,
      row: requestRow,
    },
    client,
    signal,
  );

/** `octave`: requests that took more than 2 ** (octave - 1) and up to 2 ** octave microseconds. */
const durationRow = v.object({ route: v.string(), octave: count, requests: count });
export type DurationTotal = v.InferOutput<typeof durationRow>;

export const durationTotals = (client: Asked, signal: AbortSignal): Promise<readonly DurationTotal[]> =>
  ask(
    {
      sql: `SELECT route, toUInt16(ceil(bucket.1 / 16)) AS octave, sum(bucket.2) AS requests
        FROM (SELECT route, sumMap(t.duration) AS duration FROM requests_hourly AS t GROUP BY route)
        ARRAY JOIN CAST(duration, 'Array(Tuple(UInt16, UInt64))') AS bucket
        GROUP BY route, octave HAVING requests > 0 ORDER BY route, octave`,
      row: durationRow,
    },
    client,
    signal,
  );

/** Of 400 days, as long as both are kept. */
const copyRow = v.object({ outcome: v.string(), copies: count });
export type CopyTotal = v.InferOutput<typeof copyRow>;

export const copyTotals = (client: Asked, signal: AbortSignal): Promise<readonly CopyTotal[]> =>
  ask(
    { sql: 'SELECT outcome, count() AS copies FROM copies GROUP BY outcome ORDER BY outcome', row: copyRow },
    client,
    signal,
  );
