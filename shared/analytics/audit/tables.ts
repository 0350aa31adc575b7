/**
 * What an audit compares and a repair rebuilds. A sum is the column of an aggregate and, in raw requests, what it must come to; these are
 * written down once more and not taken from the views, so that an audit is no echo of them.
 */
import { CLIENT_TRAFFIC } from '../queries/client-traffic.ts';

/** Tables whose rows are events: each id once. */
export const EVENT_TABLES = ['requests', 'channel_updates', 'copies', 'failures', 'probes', 'unreadable'] as const;
export type EventTable = (typeof EVENT_TABLES)[number];

export interface Aggregate {
  /** It is filled by the view `<table>_mv`. */
  readonly table: string;
  readonly keys: readonly string[];
  /** The day of a row. */
  readonly day: string;
  readonly sums: Readonly<Record<string, string>>;
  /** Histograms: what their counts sum up to. */
  readonly maps: Readonly<Record<string, string>>;
}

const PACKAGE = "pname != '' AND route IN ('nar', 'narinfo')";
const CLIENT_BYTES = `sumIf(r.body_bytes, method = 'GET' AND ${CLIENT_TRAFFIC})`;
const DOWNLOADS = 'countIf(download)';

export const AGGREGATES: readonly Aggregate[] = [
  {
    table: 'requests_hourly',
    keys: ['hour', 'route', 'method', 'status', 'cache_result'],
    day: 'toDate(hour)',
    sums: { requests: 'count()', body_bytes: 'sum(r.body_bytes)' },
    maps: { duration: 'count()', backend: 'countIf(backend_us > 0)' },
  },
  {
    table: 'packages_daily',
    keys: ['date', 'pname', 'version'],
    day: 'date',
    sums: {
      downloads: `countIf(download AND ${PACKAGE})`,
      lookups: `countIf(route = 'narinfo' AND status = 200 AND ${PACKAGE})`,
      body_bytes: `sumIf(r.body_bytes, route = 'nar' AND method = 'GET' AND ${PACKAGE})`,
    },
    maps: {},
  },
  {
    table: 'clients_daily',
    keys: ['date', 'client', 'client_version'],
    day: 'date',
    sums: {
      requests: `countIf(${CLIENT_TRAFFIC})`,
      checkins: "countIf(route = 'cache_info' AND method = 'GET')",
      downloads: DOWNLOADS,
      body_bytes: CLIENT_BYTES,
    },
    maps: {},
  },
  {
    table: 'countries_daily',
    keys: ['date', 'country'],
    day: 'date',
    sums: { requests: `countIf(${CLIENT_TRAFFIC})`, downloads: DOWNLOADS, body_bytes: CLIENT_BYTES },
    maps: {},
  },
  {
    table: 'sizes_daily',
    keys: ['date', 'log2_size'],
    day: 'date',
    sums: { downloads: DOWNLOADS, body_bytes: 'sumIf(r.body_bytes, download)' },
    maps: {},
  },
];

/** Rows of one day in a table of events. Bound as `day`; partitions and primary keys are cut by it. */
export const OF_THE_DAY = 'ts >= {day:Date} AND ts < {day:Date} + 1';
