/** What the mirror has copied, and what it could not. */
import * as v from 'valibot';
import { type Asked, ask, count, day } from './ask.ts';
import { daysOf, type Range } from './range.ts';

/** Outcomes: copied, present, unavailable, failed. Bytes are of compressed NARs. */
export const copiesRow = v.object({ date: day, outcome: v.string(), copies: count, fileBytes: count });
export type CopiesOfDay = v.InferOutput<typeof copiesRow>;

/** Oldest first. */
export const copies = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly CopiesOfDay[]> =>
  ask(
    {
      sql: `SELECT toDate(ts) AS date, outcome, count() AS copies, sum(file_size) AS fileBytes
        FROM copies
        WHERE ts >= {from:Date} AND ts < {to:Date}
        GROUP BY date, outcome ORDER BY date, outcome`,
      params: { ...daysOf(range) },
      row: copiesRow,
    },
    client,
    signal,
  );
