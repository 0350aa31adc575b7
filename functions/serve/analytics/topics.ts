/** All that can be asked. What a page shows and what the API gives is one of these. */
import * as v from 'valibot';
import { channelUpdateRow, channelUpdates } from '../../../shared/analytics/queries/channel-updates.ts';
import { clientRow, clients } from '../../../shared/analytics/queries/clients.ts';
import { copies, copiesRow } from '../../../shared/analytics/queries/copies.ts';
import { countries, countryRow } from '../../../shared/analytics/queries/countries.ts';
import { failureRow, failures } from '../../../shared/analytics/queries/failures.ts';
import { headline, headlineRow } from '../../../shared/analytics/queries/headline.ts';
import { latency, latencyByRoute, latencyRow, routeLatencyRow } from '../../../shared/analytics/queries/latency.ts';
import { logDelay, logDelayRow } from '../../../shared/analytics/queries/log-delay.ts';
import { packageDayRow, packageDays } from '../../../shared/analytics/queries/package-days.ts';
import { packageRecent, recentRow } from '../../../shared/analytics/queries/package-recent.ts';
import { type Days, type RangeName, rangeOf } from '../../../shared/analytics/queries/range.ts';
import { risingPackages, risingRow } from '../../../shared/analytics/queries/rising-packages.ts';
import { searchPackages } from '../../../shared/analytics/queries/search-packages.ts';
import { sizeRow, sizes } from '../../../shared/analytics/queries/sizes.ts';
import { stores, storesRow } from '../../../shared/analytics/queries/stores.ts';
import { packageRow, topPackages } from '../../../shared/analytics/queries/top-packages.ts';
import {
  copyTotalRow,
  copyTotals,
  durationTotalRow,
  durationTotals,
  failureCountRow,
  failureTotals,
  requestTotalRow,
  requestTotals,
} from '../../../shared/analytics/queries/totals.ts';
import { type Step, traffic, trafficRow } from '../../../shared/analytics/queries/traffic.ts';
import { countryThreshold } from './country-threshold.ts';
import type { Topic } from './topic.ts';

export interface OfRange {
  readonly range: RangeName;
}

type OfNothing = Record<string, never>;

/** Hours of a day, days of a month, weeks of a year: as many as a chart can show. */
export const STEP_OF: Readonly<Record<RangeName, Step>> = { '24h': 'hour', '7d': 'day', '30d': 'day', '1y': 'week' };

const byRange = ({ range }: OfRange): string => range;
const byNothing = (): string => 'now';

/** Longer lists are for the API, which says how many it wants; only this one is kept. */
export const LISTED = 50;
/** Of one answer, whoever asks. */
export const MOST_LISTED = 1_000;

export const HEADLINE: Topic<OfRange, v.InferOutput<typeof headlineRow>> = {
  name: 'headline',
  ask: ({ range }, { client, now }, signal) => headline(rangeOf(range, now), client, signal),
  schema: headlineRow,
  keptAs: byRange,
};

const rowsOf = <T>(row: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, readonly T[]> => v.array(row);
type Rows<S extends v.GenericSchema> = readonly v.InferOutput<S>[];

export const TRAFFIC: Topic<OfRange, Rows<typeof trafficRow>> = {
  name: 'traffic',
  ask: ({ range }, { client, now }, signal) =>
    traffic({ range: rangeOf(range, now), step: STEP_OF[range] }, client, signal),
  schema: rowsOf(trafficRow),
  keptAs: byRange,
};

/** Of narinfos and NARs, which is what Nix waits for; or of all that clients ask for. */
export const TIMED_ROUTES = ['narinfo', 'nar', 'all'] as const;
export type TimedRoute = (typeof TIMED_ROUTES)[number];

export const LATENCY: Topic<OfRange & { readonly route: TimedRoute }, Rows<typeof latencyRow>> = {
  name: 'latency',
  ask: ({ range, route }, { client, now }, signal) =>
    latency(
      { range: rangeOf(range, now), step: STEP_OF[range], ...(route === 'all' ? {} : { route }) },
      client,
      signal,
    ),
  schema: rowsOf(latencyRow),
  keptAs: ({ range, route }) => `${route}.${range}`,
};

export const LATENCY_BY_ROUTE: Topic<OfRange, Rows<typeof routeLatencyRow>> = {
  name: 'latency-by-route',
  ask: ({ range }, { client, now }, signal) => latencyByRoute(rangeOf(range, now), client, signal),
  schema: rowsOf(routeLatencyRow),
  keptAs: byRange,
};

/** Kept as long as a page shows it. */
export const PACKAGES: Topic<OfRange, Rows<typeof packageRow>> = {
  name: 'packages',
  ask: ({ range }, { client, now, threshold }, signal) =>
    topPackages({ range: rangeOf(range, now), limit: LISTED, threshold }, client, signal),
  schema: rowsOf(packageRow),
  keptAs: byRange,
};

/** As many as there may be, for the API. */
export const PACKAGES_LONG: Topic<OfRange, Rows<typeof packageRow>> = {
  ...PACKAGES,
  name: 'packages-long',
  ask: ({ range }, { client, now, threshold }, signal) =>
    topPackages({ range: rangeOf(range, now), limit: MOST_LISTED, threshold }, client, signal),
};

export const PACKAGES_LIKE: Topic<
  OfRange & { readonly text: string; readonly limit: number },
  Rows<typeof packageRow>
> = {
  name: 'packages-like',
  ask: ({ range, text, limit }, { client, now, threshold }, signal) => {
    const wanted = { range: rangeOf(range, now), text, limit: Math.min(limit, MOST_LISTED), threshold };
    return searchPackages(wanted, client, signal);
  },
  schema: rowsOf(packageRow),
};

export const RISING: Topic<OfNothing, Rows<typeof risingRow>> = {
  name: 'rising',
  ask: (_wanted, { client, now, threshold }, signal) =>
    risingPackages({ now, limit: LISTED, threshold }, client, signal),
  schema: rowsOf(risingRow),
  keptAs: byNothing,
};

/** Null for a package that is unknown, or has too few downloads. */
export const PACKAGE: Topic<{ readonly pname: string }, v.InferOutput<typeof recentRow> | null> = {
  name: 'package',
  ask: async ({ pname }, { client, now, threshold }, signal) =>
    (await packageRecent({ pname, now, threshold }, client, signal)) ?? null,
  schema: v.nullable(recentRow),
};

export const PACKAGE_DAYS: Topic<OfRange & { readonly pname: string }, Rows<typeof packageDayRow>> = {
  name: 'package-days',
  ask: ({ pname, range }, { client, now, threshold }, signal) =>
    packageDays({ pname, range: rangeOf(range, now), threshold }, client, signal),
  schema: rowsOf(packageDayRow),
};

/** Whole days, half-open: `2026-10-27` up to, but not including, `2026-11-26`. */
export const PACKAGE_DAYS_BETWEEN: Topic<Days & { readonly pname: string }, Rows<typeof packageDayRow>> = {
  name: 'package-days-between',
  ask: ({ pname, from, to }, { client, threshold }, signal) =>
    packageDays({ pname, range: { from: new Date(from), to: new Date(to) }, threshold }, client, signal),
  schema: rowsOf(packageDayRow),
};

export const CLIENTS: Topic<OfRange, Rows<typeof clientRow>> = {
  name: 'clients',
  ask: ({ range }, { client, now, threshold }, signal) =>
    clients({ range: rangeOf(range, now), threshold }, client, signal),
  schema: rowsOf(clientRow),
  keptAs: byRange,
};

export const COUNTRIES: Topic<OfRange, Rows<typeof countryRow>> = {
  name: 'countries',
  ask: ({ range }, { client, now, threshold }, signal) =>
    countries({ range: rangeOf(range, now), threshold: countryThreshold(threshold) }, client, signal),
  schema: rowsOf(countryRow),
  keptAs: byRange,
};

export const SIZES: Topic<OfRange, Rows<typeof sizeRow>> = {
  name: 'sizes',
  ask: ({ range }, { client, now }, signal) => sizes(rangeOf(range, now), client, signal),
  schema: rowsOf(sizeRow),
  keptAs: byRange,
};

export const STORES: Topic<OfRange, Rows<typeof storesRow>> = {
  name: 'stores',
  ask: ({ range }, { client, now }, signal) => stores(rangeOf(range, now), client, signal),
  schema: rowsOf(storesRow),
  keptAs: byRange,
};

export const COPIES: Topic<OfRange, Rows<typeof copiesRow>> = {
  name: 'copies',
  ask: ({ range }, { client, now }, signal) => copies(rangeOf(range, now), client, signal),
  schema: rowsOf(copiesRow),
  keptAs: byRange,
};

export const FAILURES: Topic<OfRange, Rows<typeof failureRow>> = {
  name: 'failures',
  ask: ({ range }, { client, now }, signal) => failures(rangeOf(range, now), client, signal),
  schema: rowsOf(failureRow),
  keptAs: byRange,
};

export const CHANNEL_UPDATES: Topic<OfRange, Rows<typeof channelUpdateRow>> = {
  name: 'channel-updates',
  ask: ({ range }, { client, now }, signal) =>
    channelUpdates({ range: rangeOf(range, now), limit: LISTED }, client, signal),
  schema: rowsOf(channelUpdateRow),
  keptAs: byRange,
};

export const LOG_DELAY: Topic<OfNothing, v.InferOutput<typeof logDelayRow>> = {
  name: 'log-delay',
  ask: (_wanted, { client, now }, signal) => logDelay(now, client, signal),
  schema: logDelayRow,
  keptAs: byNothing,
};

export const REQUEST_TOTALS: Topic<OfNothing, Rows<typeof requestTotalRow>> = {
  name: 'request-totals',
  ask: (_wanted, { client }, signal) => requestTotals(client, signal),
  schema: rowsOf(requestTotalRow),
  keptAs: byNothing,
};

export const DURATION_TOTALS: Topic<OfNothing, Rows<typeof durationTotalRow>> = {
  name: 'duration-totals',
  ask: (_wanted, { client }, signal) => durationTotals(client, signal),
  schema: rowsOf(durationTotalRow),
  keptAs: byNothing,
};

export const COPY_TOTALS: Topic<OfNothing, Rows<typeof copyTotalRow>> = {
  name: 'copy-totals',
  ask: (_wanted, { client }, signal) => copyTotals(client, signal),
  schema: rowsOf(copyTotalRow),
  keptAs: byNothing,
};

export const FAILURE_TOTALS: Topic<OfNothing, Rows<typeof failureCountRow>> = {
  name: 'failure-totals',
  ask: (_wanted, { client }, signal) => failureTotals(client, signal),
  schema: rowsOf(failureCountRow),
  keptAs: byNothing,
};
