/**
 * ClickHouse for a suite: the server that TEST_CLICKHOUSE_URL names (`http://user:password@host:8123`), in a database of its own that goes
 * with the suite; else the embedded one. What the suites prove they prove on either.
 */
import { randomBytes } from 'node:crypto';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { readEnv } from '../../shared/config/env.ts';
import { optional, text } from '../../shared/config/readers.ts';
import { startTestClickHouse, type TestClickHouse } from './clickhouse.ts';

export const givenClickHouseUrl = (): string | undefined =>
  readEnv({ TEST_CLICKHOUSE_URL: optional(text()) }).TEST_CLICKHOUSE_URL;

/** @param directory for the embedded one's data. */
export async function startGivenClickHouse(directory: string): Promise<TestClickHouse> {
  const given = givenClickHouseUrl();
  if (given === undefined) return startTestClickHouse(directory);
  const database = `copycat_test_${randomBytes(6).toString('hex')}`;
  const admin = openClickHouse({ ...parseClickHouseUrl(given), database: 'default' });
  await admin.command({ query: `CREATE DATABASE ${database}` });
  const url = new URL(`/${database}`, given).href;
  const client = openClickHouse(parseClickHouseUrl(url));
  return {
    url,
    client,
    async rows<T>(query: string, query_params: Record<string, unknown> = {}) {
      return (await client.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
    },
    kill: async () => undefined, // it is not ours
    async stop() {
      await client.close();
      await admin.command({ query: `DROP DATABASE ${database}` });
      await admin.close();
    },
  };
}
