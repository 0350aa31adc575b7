/** How far loading has come, table by table, so that one can see what a kill has cut: nothing, all of it, or some. */
import type { ClickHouseClient } from '../../../shared/analytics/client.ts';
import { eventually } from '../../support/eventually.ts';

const COUNTED = [
  ...['requests', 'channel_updates', 'copies', 'probes', 'failures', 'unreadable'].map(
    (table) => `SELECT count() FROM ${table}`,
  ),
  ...['requests_hourly', 'clients_daily', 'countries_daily'].map((table) => `SELECT sum(requests) FROM ${table}`),
  'SELECT sum(downloads) FROM sizes_daily',
  'SELECT sum(downloads + lookups) FROM packages_daily',
];
const PROGRESS = `SELECT [${COUNTED.map((sql) => `toUInt64(ifNull((${sql}), 0))`).join(', ')}] AS progress`;
/** Far more than ClickHouse needs to come back. */
const BACK_MS = 60_000;

/** Texts that are the same when no table has got more. */
export const progressIn = (client: ClickHouseClient): Promise<string> =>
  eventually(
    'ClickHouse to answer',
    async () => {
      const answer = await client.query({ query: PROGRESS, format: 'JSONEachRow' });
      return JSON.stringify(await answer.json());
    },
    BACK_MS,
  );
