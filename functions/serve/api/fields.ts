/** Kinds of fields and parameters that several endpoints have. */
import * as v from 'valibot';
import { count } from '../../../shared/analytics/queries/ask.ts';
import { RANGES, type RangeName, USUAL_RANGE } from '../../../shared/analytics/queries/range.ts';
import { PACKAGE_NAME } from '../analytics/package-name.ts';
import { field } from './endpoint.ts';
import type { Parameter } from './parameters.ts';

export { count };

export const RANGE: Parameter<RangeName> = {
  schema: v.picklist(RANGES),
  what: 'The stretch of time up to now: the hours of a day, or whole days with the present one.',
  must: `one of ${RANGES.join(', ')}`,
  fallback: USUAL_RANGE,
};

export const PNAME: Parameter<string> = {
  schema: v.pipe(v.string(), v.regex(PACKAGE_NAME)),
  what: 'The name of a package without its version, percent-encoded where it has to be.',
  must: 'the name of a package: 1 to 211 of the characters A-Z, a-z, 0-9 and + . _ ? = -',
  fallback: '',
};

export const DOWNLOADS = field(count, 'downloads, as /what-is-counted defines them');
/** Whoever sent them: what is kept by package does not tell that. */
export const BYTES = field(
  count,
  'bytes of NARs that were sent, or promised by a redirect; also to upstream, where it gave them in place of this mirror',
);
export const REQUESTS = field(count, 'requests of clients: readers of pages and of this API are not counted');
export const PACKAGE = field(v.string(), 'the name of the package, without its version');
export const DAY = field(v.pipe(v.string(), v.isoDate()), 'the day (UTC)');
export const TIME = v.pipe(v.string(), v.isoTimestamp());
export const MILLISECONDS = v.nullable(v.pipe(v.number(), v.minValue(0)));
/** An hour, or the day on which a day or a week begins. */
export const STEP_TIME = field(
  v.union([v.pipe(v.string(), v.isoDate()), v.pipe(v.string(), v.isoTimestamp())]),
  'when it begins: an hour of range=24h, the Monday of a week of range=1y, else a day',
);

/** Microseconds as milliseconds. */
export const ms = (us: number): number => us / 1_000;
export const msOrNull = (us: number | null): number | null => (us === null ? null : ms(us));
