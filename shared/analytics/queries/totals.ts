/** All there ever was, for counters that only rise: what is summed by the hour is kept for ever. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';

export const requestTotalRow = v.object({
  route: v.string(),
  status: count,
  result: v.string(),
  requests: count,
  bodyBytes: count,
});
export type RequestTotal = v.InferOutput<typeof requestTotalRow>;

export const requestTotals = (client: Asked, signal: AbortSignal): Promise<readonly RequestTotal[]> =>
  ask(
    {
      sql: `SELECT route, status, cache_result AS result, sum(t.requests) AS requests, sum(t.body_bytes) AS bodyBytes
        FROM requests_hourly AS t
        GROUP BY route, status, result HAVING requests > 0 ORDER BY route, status, result`,
      row: requestTotalRow,
    },
    client,
    signal,
  );

/** `octave`: requests that took more than 2 ** (octave - 1) and up to 2 ** octave microseconds. */
export const durationTotalRow = v.object({ route: v.string(), octave: count, requests: count });
export type DurationTotal = v.InferOutput<typeof durationTotalRow>;

export const durationTotals = (client: Asked, signal: AbortSignal): Promise<readonly DurationTotal[]> =>
  ask(
    {
      sql: `SELECT route, toUInt16(ceil(bucket.1 / 16)) AS octave, sum(bucket.2) AS requests
        FROM (SELECT route, sumMap(t.duration) AS duration FROM requests_hourly AS t GROUP BY route)
        ARRAY JOIN CAST(duration, 'Array(Tuple(UInt16, UInt64))') AS bucket
        GROUP BY route, octave HAVING requests > 0 ORDER BY route, octave`,
      row: durationTotalRow,
    },
    client,
    signal,
  );

/** Of 400 days, as long as both are kept. */
export const copyTotalRow = v.object({ outcome: v.string(), copies: count });
export type CopyTotal = v.InferOutput<typeof copyTotalRow>;

export const copyTotals = (client: Asked, signal: AbortSignal): Promise<readonly CopyTotal[]> =>
  ask(
    { sql: 'SELECT outcome, count() AS copies FROM copies GROUP BY outcome ORDER BY outcome', row: copyTotalRow },
    client,
    signal,
  );

/** The same of failures, which are kept as long. */
export const failureCountRow = v.object({ stage: v.string(), code: v.string(), failures: count });
export type FailureCount = v.InferOutput<typeof failureCountRow>;

export const failureTotals = (client: Asked, signal: AbortSignal): Promise<readonly FailureCount[]> =>
  ask(
    {
      sql: 'SELECT stage, code, count() AS failures FROM failures GROUP BY stage, code ORDER BY stage, code',
      row: failureCountRow,
    },
    client,
    signal,
  );
