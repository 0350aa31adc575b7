/** How large downloads were, by powers of two. */
import * as v from 'valibot';
import { type Asked, ask, count } from './ask.ts';
import { daysOf, type Range } from './range.ts';

/** Of more than 2 ** (log2Size - 1) and up to 2 ** log2Size bytes. */
export const sizeRow = v.object({ log2Size: v.pipe(count, v.maxValue(64)), downloads: count, bodyBytes: count });
export type SizeTotal = v.InferOutput<typeof sizeRow>;

/** Of the whole days that the range touches, smallest first. */
export const sizes = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly SizeTotal[]> =>
  ask(
    {
      sql: `SELECT log2_size AS log2Size, sum(t.downloads) AS downloads, sum(t.body_bytes) AS bodyBytes
        FROM sizes_daily AS t
        WHERE date >= {from:Date} AND date < {to:Date}
        GROUP BY log2Size HAVING downloads > 0 ORDER BY log2Size`,
      params: { ...daysOf(range) },
      row: sizeRow,
    },
    client,
    signal,
  );
