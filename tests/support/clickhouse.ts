/** The embedded ClickHouse in a directory of its own, without a runtime, with a client on the tables' database. */

import { startClickHouse } from '../../local/clickhouse-server.ts';
import { type ClickHouseClient, DATABASE, openClickHouse } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { memoryLog } from '../../shared/log.ts';
import { childrenOf } from './processes.ts';

export interface TestClickHouse {
  /** As CLICKHOUSE_URL has it. It stays the same when the engine is killed. */
  readonly url: string;
  readonly client: ClickHouseClient;
  /** The rows of a query, as objects. */
  rows<T>(query: string, parameters?: Record<string, unknown>): Promise<readonly T[]>;
  /** By SIGKILL; it is started again at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestClickHouse(directory: string): Promise<TestClickHouse> {
  const environment = inheritedEnvironment();
  const server = await startClickHouse({ directory, environment, log: memoryLog(), onLine: () => undefined });
  const place = parseClickHouseUrl(server.url);
  const first = openClickHouse({ ...place, database: 'default' });
  await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${DATABASE}` });
  await first.close();
  const client = openClickHouse(place);
  return {
    url: server.url,
    client,
    async rows<T>(query: string, query_params: Record<string, unknown> = {}) {
      return (await client.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
    },
    async kill() {
      const engines = (await childrenOf(process.pid)).filter(({ command }) =>
        command.some((argument) => argument.includes(directory)),
      );
      for (const { pid } of engines) process.kill(pid, 'SIGKILL');
    },
    async stop() {
      await client.close();
      await server.stop();
    },
  };
}
