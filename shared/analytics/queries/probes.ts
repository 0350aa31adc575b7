/** How a part of the service was, day by day, as publish found it once a minute. */
import * as v from 'valibot';
import { type Asked, ask, count, day } from './ask.ts';
import { daysOf, type Range } from './range.ts';

/** Targets: bucket, clickhouse, upstream. `p50`: of those that answered, in microseconds. */
const row = v.object({ date: day, target: v.string(), probes: count, ok: count, p50: v.nullable(count) });
export type ProbesOfTarget = v.InferOutput<typeof row>;

/** Oldest first. A day that nobody probed has no row. */
export const probes = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly ProbesOfTarget[]> =>
  ask(
    {
      sql: `SELECT toDate(ts) AS date, target, count() AS probes, countIf(p.ok) AS ok,
          if(ok = 0, NULL, toUInt64(quantileIf(0.5)(latency_us, p.ok))) AS p50
        FROM probes AS p
        WHERE ts >= {from:Date} AND ts < {to:Date}
        GROUP BY date, target ORDER BY date, target`,
      params: { ...daysOf(range) },
      row,
    },
    client,
    signal,
  );
