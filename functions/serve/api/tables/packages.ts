/** `/api/packages` and `/api/rising`: which packages are downloaded. */
import * as v from 'valibot';
import { daysBefore } from '../../../../shared/analytics/queries/range.ts';
import { PACKAGE_NAME } from '../../analytics/package-name.ts';
import { LISTED, MOST_LISTED, PACKAGES, PACKAGES_LIKE, PACKAGES_LONG, RISING } from '../../analytics/topics.ts';
import { days, field, looked, table, wholeDays } from '../endpoint.ts';
import { BYTES, count, DOWNLOADS, PACKAGE, RANGE } from '../fields.ts';
import type { Parameter } from '../parameters.ts';

const LIMIT: Parameter<number> = {
  schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_LISTED)),
  what: 'How many rows at most.',
  must: `a whole number from 1 to ${MOST_LISTED}`,
  fallback: 100,
};
const Q: Parameter<string | undefined> = {
  schema: v.pipe(v.string(), v.regex(PACKAGE_NAME)),
  what: 'A part of the name; case does not matter. The very name comes first, then what begins with it.',
  must: 'a part of the name of a package: 1 to 211 of the characters A-Z, a-z, 0-9 and + . _ ? = -',
  fallback: undefined,
};

export const PACKAGES_TABLE = table({
  path: '/api/packages',
  name: 'packages',
  summary: 'Packages by their downloads',
  description:
    'Of the whole days that the range touches, the most downloaded first, or those whose names have q in them.',
  parameters: { range: RANGE, limit: LIMIT, q: Q },
  row: v.object({ package: PACKAGE, downloads: DOWNLOADS, bytes: BYTES }),
  async look({ range, limit, q }, { tell, threshold }) {
    // Few questions, however many limits are asked for: the rest is left out here.
    const asked =
      q !== undefined
        ? tell(PACKAGES_LIKE, { range, text: q, limit: limit <= LISTED ? LISTED : MOST_LISTED })
        : tell(limit <= LISTED ? PACKAGES : PACKAGES_LONG, { range });
    return looked(
      await asked,
      (rows) =>
        rows
          .slice(0, limit)
          .map(({ pname, downloads, bodyBytes }) => ({ package: pname, downloads, bytes: bodyBytes })),
      { span: days(range), threshold },
    );
  },
});

export const RISING_TABLE = table({
  path: '/api/rising',
  name: 'rising',
  summary: 'Packages that are downloaded more than a week ago',
  description:
    'Seven whole days against the seven before them; the least likely to be chance comes first, fifty at most.',
  parameters: {},
  row: v.object({
    package: PACKAGE,
    downloads: field(count, 'of the seven days'),
    before: field(count, 'of the seven days before them'),
  }),
  look: async (_wanted, { tell, threshold }) =>
    looked(await tell(RISING, {}), (rows) => rows.map(({ pname, ...counts }) => ({ package: pname, ...counts })), {
      span: (at) => wholeDays(daysBefore(at, 14)),
      threshold,
    }),
});
