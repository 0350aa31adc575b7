/** `/api/latency` and `/api/latency/routes`: how long answers took, from arrival to the last byte. */
import * as v from 'valibot';
import { LATENCY, LATENCY_BY_ROUTE, STEP_OF, TIMED_ROUTES, type TimedRoute } from '../../analytics/topics.ts';
import { field, hours, looked, table } from '../endpoint.ts';
import { MILLISECONDS, msOrNull, RANGE, REQUESTS, STEP_TIME } from '../fields.ts';
import type { Parameter } from '../parameters.ts';

const ROUTE: Parameter<TimedRoute> = {
  schema: v.picklist(TIMED_ROUTES),
  what: 'Which answers: narinfos, NARs, or all that clients ask for.',
  must: `one of ${TIMED_ROUTES.join(', ')}`,
  fallback: 'narinfo',
};

const QUANTILES = {
  p50_ms: field(MILLISECONDS, 'so long half of them took at most, within 2.2 per cent; null: none was measured'),
  p95_ms: field(MILLISECONDS, '95 of 100'),
  p99_ms: field(MILLISECONDS, '99 of 100'),
};
interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}
const quantiles = ({ p50, p95, p99 }: Quantiles) => ({
  p50_ms: msOrNull(p50),
  p95_ms: msOrNull(p95),
  p99_ms: msOrNull(p99),
});

export const LATENCY_TABLE = table({
  path: '/api/latency',
  name: 'latency',
  summary: 'How long answers took, over time',
  description:
    'In milliseconds, oldest first; a time without requests has no row. A redirect takes as long as it takes to be given.',
  parameters: { range: RANGE, route: ROUTE },
  row: v.object({ at: STEP_TIME, requests: REQUESTS, ...QUANTILES }),
  look: async ({ range, route }, { tell }) =>
    looked(
      await tell(LATENCY, { range, route }),
      (rows) => rows.map(({ at, requests, ...took }) => ({ at, requests, ...quantiles(took) })),
      { span: hours(range), threshold: 0, step: STEP_OF[range] },
    ),
});

export const LATENCY_ROUTES = table({
  path: '/api/latency/routes',
  name: 'latency-routes',
  summary: 'How long answers took, by what was asked for',
  description: 'Of the whole range; what is asked for most comes first.',
  parameters: { range: RANGE },
  row: v.object({
    route: field(v.string(), 'what was asked for: narinfo, nar, cache_info, channel, …'),
    requests: REQUESTS,
    ...QUANTILES,
  }),
  look: async ({ range }, { tell }) =>
    looked(
      await tell(LATENCY_BY_ROUTE, { range }),
      (rows) => rows.map(({ route, requests, ...took }) => ({ route, requests, ...quantiles(took) })),
      { span: hours(range), threshold: 0 },
    ),
});
