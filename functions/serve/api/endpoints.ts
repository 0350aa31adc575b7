/** The tables of the API, in the order in which they are shown. */
import type { Table } from './endpoint.ts';
import { LATENCY_ROUTES, LATENCY_TABLE } from './tables/latency.ts';
import { PACKAGE_DAILY, PACKAGE_TABLE } from './tables/one-package.ts';
import { PACKAGES_TABLE, RISING_TABLE } from './tables/packages.ts';
import { SIZES_TABLE } from './tables/sizes.ts';
import { SUMMARY } from './tables/summary.ts';
import { TRAFFIC_TABLE } from './tables/traffic.ts';
import { CLIENTS_TABLE, COUNTRIES_TABLE, STORES_TABLE } from './tables/who.ts';
import { CHANNEL_UPDATES_TABLE, COPIES_TABLE, FAILURES_TABLE } from './tables/work.ts';

export const TABLES: readonly Table[] = [
  SUMMARY,
  TRAFFIC_TABLE,
  LATENCY_TABLE,
  LATENCY_ROUTES,
  PACKAGES_TABLE,
  RISING_TABLE,
  PACKAGE_TABLE,
  PACKAGE_DAILY,
  CLIENTS_TABLE,
  COUNTRIES_TABLE,
  STORES_TABLE,
  SIZES_TABLE,
  COPIES_TABLE,
  FAILURES_TABLE,
  CHANNEL_UPDATES_TABLE,
];

/** The same as CSV: all but what is a single row. */
export const csvPath = ({ path, data }: Pick<Table, 'path' | 'data'>): string | undefined =>
  data === 'one' ? undefined : `${path}.csv`;

export const CSV_TABLES = TABLES.flatMap((table) => {
  const path = csvPath(table);
  return path === undefined ? [] : [{ path, table }];
});
