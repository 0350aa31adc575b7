/** `/api/sizes`: how large downloads were. */
import * as v from 'valibot';
import { SIZES } from '../../analytics/topics.ts';
import { days, field, looked, table } from '../endpoint.ts';
import { BYTES, count, DOWNLOADS, RANGE } from '../fields.ts';

export const SIZES_TABLE = table({
  path: '/api/sizes',
  name: 'sizes',
  summary: 'How large downloads were',
  description: 'By powers of two, of the whole days that the range touches, smallest first.',
  parameters: { range: RANGE },
  row: v.object({
    up_to_bytes: field(count, 'so large at most, and more than half of it'),
    downloads: DOWNLOADS,
    bytes: BYTES,
  }),
  look: async ({ range }, { tell }) =>
    looked(
      await tell(SIZES, { range }),
      (rows) =>
        rows.map(({ log2Size, downloads, bodyBytes }) => ({ up_to_bytes: 2 ** log2Size, downloads, bytes: bodyBytes })),
      { span: days(range), threshold: 0 },
    ),
});
