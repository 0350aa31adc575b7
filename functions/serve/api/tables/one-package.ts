/** `/api/packages/<pname>` and `/api/packages/<pname>/daily`: one package. */
import * as v from 'valibot';
import { dayAfter } from '../../../../shared/analytics/audit/days.ts';
import { withNewestVersions } from '../../../../shared/analytics/queries/package-days.ts';
import { dayOf, daysOf, rangeOf } from '../../../../shared/analytics/queries/range.ts';
import { PACKAGE_DAYS_BETWEEN, PACKAGE as PACKAGE_TOPIC } from '../../analytics/topics.ts';
import { CACHE } from '../../answer.ts';
import { field, looked, type Span, table, wholeDays } from '../endpoint.ts';
import { BYTES, count, DAY, DOWNLOADS, PACKAGE, PNAME } from '../fields.ts';
import type { Parameter } from '../parameters.ts';

export const PACKAGE_TABLE = table({
  path: '/api/packages/{pname}',
  name: 'package',
  summary: 'One package: its downloads lately, and its rank',
  description:
    'Week and month hold the present day, as the ranges 7d and 30d of /api/packages do. 404 for one that is unknown or below the threshold in the month.',
  parameters: { pname: PNAME },
  data: 'one',
  row: v.object({
    package: PACKAGE,
    day: field(count, 'downloads of yesterday, which is the last whole day'),
    week: field(count, 'of the last seven days, today included'),
    month: field(count, 'of the last thirty days, today included'),
    rank: field(count, 'by the month; the same for as many'),
    packages: field(count, 'among so many that were downloaded in it'),
  }),
  look: async ({ pname }, { tell, threshold }) =>
    looked(await tell(PACKAGE_TOPIC, { pname }), (recent) => (recent ? [{ package: pname, ...recent }] : []), {
      span: (at) => wholeDays(daysOf(rangeOf('30d', at))),
      threshold,
    }),
});

/** Versions that are told apart. */
const NEWEST = 5;
/** Of one answer. */
const MOST_DAYS = 400;
const USUAL_DAYS = 30;

const date = (what: string): Parameter<string | undefined> => ({
  schema: v.pipe(v.string(), v.regex(/^20\d\d-\d\d-\d\d$/), v.isoDate(), v.check(isInCalendar)),
  what,
  must: 'a day such as 2026-11-22',
  fallback: undefined,
});

/** There is no thirtieth of February. */
function isInCalendar(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && dayOf(at) === text;
}

interface DaysWanted {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function spanOf({ from, to }: DaysWanted, now: Date): Span {
  const end = to ?? (from === undefined ? dayAfter(dayOf(now), 1) : dayAfter(from, USUAL_DAYS));
  return { from: from ?? dayAfter(end, -USUAL_DAYS), to: end };
}

export const PACKAGE_DAILY = table({
  path: '/api/packages/{pname}/daily',
  name: 'daily',
  summary: 'One package by day and version',
  description: `Oldest first. The ${NEWEST} newest versions are told apart by Nix’s order, and all others taken together. Below the threshold in all of the time a package has no rows, and a version is one of the others. An answer about days of which the last has been over for a day does not change any more, and may be kept for a day.`,
  parameters: {
    pname: PNAME,
    from: date(`The first day (UTC); if nothing is said, ${USUAL_DAYS} days before \`to\`.`),
    to: date(
      `The day after the last one, ${MOST_DAYS} days after \`from\` at most; if nothing is said, ${USUAL_DAYS} days after \`from\`, or else tomorrow.`,
    ),
  },
  row: v.object({
    date: DAY,
    version: field(v.nullable(v.string()), 'empty: the package has none; null: all other versions together'),
    others: field(v.boolean(), 'true: all other versions together'),
    downloads: DOWNLOADS,
    bytes: BYTES,
  }),
  check(wanted, now) {
    const { from, to } = spanOf(wanted, now);
    if (from >= to) return { parameter: 'from', detail: 'from must be a day before to.' };
    if (dayAfter(from, MOST_DAYS) < to)
      return { parameter: 'to', detail: `to must be ${MOST_DAYS} days after from at most.` };
    return undefined;
  },
  async look({ pname, ...wanted }, { tell, threshold, now }) {
    const span = spanOf(wanted, now);
    return looked(
      await tell(PACKAGE_DAYS_BETWEEN, { pname, ...span }),
      (rows) =>
        withNewestVersions(rows, NEWEST).map(({ date, version, downloads, bodyBytes }) => ({
          ...{ date, version, others: version === null, downloads, bytes: bodyBytes },
        })),
      { span: () => wholeDays(span), threshold },
    );
  },
  /** A day later whatever was late is loaded. */
  cache: (wanted, now) => (spanOf(wanted, now).to <= dayAfter(dayOf(now), -1) ? CACHE.day : undefined),
});
