/** Every query of the pages, on the month that was loaded; beside some of them what the same costs straight from the requests. */

import type { Asked } from '../../../shared/analytics/queries/ask.ts';
import { channelUpdates } from '../../../shared/analytics/queries/channel-updates.ts';
import { clients } from '../../../shared/analytics/queries/clients.ts';
import { copies } from '../../../shared/analytics/queries/copies.ts';
import { countries } from '../../../shared/analytics/queries/countries.ts';
import { failures } from '../../../shared/analytics/queries/failures.ts';
import { headline } from '../../../shared/analytics/queries/headline.ts';
import { latency, latencyByRoute } from '../../../shared/analytics/queries/latency.ts';
import { logDelay } from '../../../shared/analytics/queries/log-delay.ts';
import { packageDays } from '../../../shared/analytics/queries/package-days.ts';
import { packageRecent } from '../../../shared/analytics/queries/package-recent.ts';
import { probes } from '../../../shared/analytics/queries/probes.ts';
import { DAY, type Range } from '../../../shared/analytics/queries/range.ts';
import { risingPackages } from '../../../shared/analytics/queries/rising-packages.ts';
import { searchPackages } from '../../../shared/analytics/queries/search-packages.ts';
import { sizes } from '../../../shared/analytics/queries/sizes.ts';
import { stores } from '../../../shared/analytics/queries/stores.ts';
import { topPackages } from '../../../shared/analytics/queries/top-packages.ts';
import { durationTotals, requestTotals } from '../../../shared/analytics/queries/totals.ts';
import { traffic } from '../../../shared/analytics/queries/traffic.ts';

export interface PageQuery {
  readonly name: string;
  ask(signal: AbortSignal): Promise<unknown>;
  /** The same figures from `requests`, of all days that were loaded. */
  readonly fromRequests?: string;
}

export interface Month extends Range {
  /** One that was downloaded. */
  readonly pname: string;
}

const THRESHOLD = 10;
const TRAFFIC = "route NOT IN ('page', 'api', 'health', 'diagnose', 'other')";

export function pageQueries({ pname, ...range }: Month, client: Asked): readonly PageQuery[] {
  const now = range.to;
  const days = { range, step: 'day' } as const;
  const listed = { range, limit: 50, threshold: THRESHOLD };
  const twoDays = { range: { from: new Date(range.to.getTime() - 2 * DAY), to: range.to }, step: 'hour' } as const;
  return [
    { name: 'headline', ask: (signal) => headline(range, client, signal) },
    {
      name: 'traffic, day × result',
      ask: (signal) => traffic(days, client, signal),
      fromRequests: `SELECT toDate(ts) AS at, cache_result, count(), sum(body_bytes) FROM requests WHERE ${TRAFFIC} GROUP BY ALL`,
    },
    { name: 'traffic, 48 h by the hour', ask: (signal) => traffic(twoDays, client, signal) },
    {
      name: 'latency, by the day',
      ask: (signal) => latency(days, client, signal),
      fromRequests: `SELECT toDate(ts) AS at, quantiles(0.5, 0.95, 0.99)(duration_us) FROM requests WHERE ${TRAFFIC} GROUP BY at`,
    },
    { name: 'latency, narinfo by the day', ask: (signal) => latency({ ...days, route: 'narinfo' }, client, signal) },
    { name: 'latency, by route', ask: (signal) => latencyByRoute(range, client, signal) },
    {
      name: 'top packages, 30 d',
      ask: (signal) => topPackages(listed, client, signal),
      fromRequests: `SELECT pname, countIf(download) AS downloads, sumIf(body_bytes, route = 'nar') FROM requests
        WHERE pname != '' GROUP BY pname ORDER BY downloads DESC LIMIT 50`,
    },
    {
      name: 'rising packages, 7 d against 7 d',
      ask: (signal) => risingPackages({ now, limit: 50, threshold: THRESHOLD }, client, signal),
      fromRequests: `SELECT pname, week.downloads AS downloads, before.downloads AS other FROM
        (SELECT pname, count() AS downloads FROM requests WHERE download AND ts >= subtractDays(toDate('${dayOf(now)}'), 7) GROUP BY pname) AS week
        LEFT JOIN (SELECT pname, count() AS downloads FROM requests
          WHERE download AND ts >= subtractDays(toDate('${dayOf(now)}'), 14) AND ts < subtractDays(toDate('${dayOf(now)}'), 7) GROUP BY pname) AS before
        USING pname ORDER BY downloads - other DESC LIMIT 50`,
    },
    {
      name: 'search, a substring',
      ask: (signal) => searchPackages({ ...listed, text: pname.slice(1, 4) }, client, signal),
    },
    { name: 'a package, day × version', ask: (signal) => packageDays({ ...listed, pname }, client, signal) },
    {
      name: 'a package, recent and rank',
      ask: (signal) => packageRecent({ pname, now, threshold: THRESHOLD }, client, signal),
    },
    { name: 'clients and versions', ask: (signal) => clients({ range, threshold: THRESHOLD }, client, signal) },
    { name: 'stores by the week', ask: (signal) => stores(range, client, signal) },
    { name: 'countries', ask: (signal) => countries({ range, threshold: THRESHOLD }, client, signal) },
    { name: 'sizes', ask: (signal) => sizes(range, client, signal) },
    { name: 'copies', ask: (signal) => copies(range, client, signal) },
    { name: 'failures', ask: (signal) => failures(range, client, signal) },
    { name: 'channel updates', ask: (signal) => channelUpdates({ range, limit: 20 }, client, signal) },
    { name: 'probes', ask: (signal) => probes(range, client, signal) },
    { name: 'log delay', ask: (signal) => logDelay(new Date(), client, signal) },
    { name: 'totals of requests', ask: (signal) => requestTotals(client, signal) },
    { name: 'totals of durations', ask: (signal) => durationTotals(client, signal) },
  ];
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
