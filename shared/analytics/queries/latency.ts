/** How long answers took, from arrival to the last byte, in microseconds. */
import * as v from 'valibot';
import { type Asked, ask, count, day, moment } from './ask.ts';
import { CLIENT_TRAFFIC } from './client-traffic.ts';
import { quantiles, quantilesOf } from './histogram.ts';
import { hoursOf, type Range } from './range.ts';
import { STEPS, type Step } from './traffic.ts';

export interface LatencyWanted {
  readonly range: Range;
  readonly step: Step;
  /** All that clients ask for, unless one route is named. */
  readonly route?: string;
}

export const latencyRow = v.object({ at: v.union([day, moment]), requests: count, ...quantiles });
export type Latency = v.InferOutput<typeof latencyRow>;

/** Oldest first; a time without requests has no row. */
export const latency = (
  { range, step, route }: LatencyWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly Latency[]> =>
  ask(
    {
      sql: `SELECT at, requests, ${quantilesOf('duration')} FROM (
          SELECT ${STEPS[step]} AS at, sum(t.requests) AS requests, sumMap(t.duration) AS duration
          FROM requests_hourly AS t
          WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')}
            AND ${route === undefined ? CLIENT_TRAFFIC : 'route = {route:String}'}
          GROUP BY at HAVING requests > 0)
        ORDER BY at`,
      params: { ...hoursOf(range), ...(route === undefined ? {} : { route }) },
      row: latencyRow,
    },
    client,
    signal,
  );

export const routeLatencyRow = v.object({ route: v.string(), requests: count, ...quantiles });
export type RouteLatency = v.InferOutput<typeof routeLatencyRow>;

/** Of the whole range; what is asked for most comes first. */
export const latencyByRoute = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly RouteLatency[]> =>
  ask(
    {
      sql: `SELECT route, requests, ${quantilesOf('duration')} FROM (
          SELECT route, sum(t.requests) AS requests, sumMap(t.duration) AS duration
          FROM requests_hourly AS t
          WHERE hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')} AND ${CLIENT_TRAFFIC}
          GROUP BY route HAVING requests > 0)
        ORDER BY requests DESC, route`,
      params: hoursOf(range),
      row: routeLatencyRow,
    },
    client,
    signal,
  );
