/** load on a real engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clickHouseLogTables } from '../../functions/load/clickhouse-log-tables.ts';
import { itIsLogTables } from '../../functions/load/contract.ts';
import { startTestClickHouse, type TestClickHouse } from '../support/clickhouse.ts';
import { emptyLogTables, makeLogTables } from '../support/log-schema.ts';

describe('tables in ClickHouse', () => {
  let folder: string;
  let clickHouse: TestClickHouse;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'copycat-load-'));
    clickHouse = await startTestClickHouse(folder);
    await makeLogTables(clickHouse.client);
  });
  afterAll(async () => {
    await clickHouse.stop();
    await rm(folder, { recursive: true });
  });
  const number = async (query: string): Promise<number> => Number((await clickHouse.rows<{ n: string }>(query))[0]?.n);

  itIsLogTables(async () => {
    await emptyLogTables(clickHouse.client);
    return {
      tables: clickHouseLogTables(clickHouse.client),
      count: (table) => number(`SELECT count() AS n FROM ${table}`),
      counted: () =>
        Promise.all([
          number('SELECT sum(requests) AS n FROM requests_hourly'),
          number('SELECT sum(requests) AS n FROM clients_daily'),
          number('SELECT sum(requests) AS n FROM countries_daily'),
          number('SELECT sum(downloads) AS n FROM packages_daily'),
          number('SELECT sum(downloads) AS n FROM sizes_daily'),
          number('SELECT sum(arraySum(mapValues(duration))) AS n FROM requests_hourly'),
        ]),
    };
  });
});
