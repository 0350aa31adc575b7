/** A ClickHouse of its own with the tables of analytics, for one test file; and rows to fill them with. */
import { createHash } from 'node:crypto';
import { migrate } from '../../local/migrate.ts';
import { type ClickHouseClient, onceSettings } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';

import type { TestClickHouse } from '../support/clickhouse.ts';
import { emptyLogTables } from '../support/empty-log-tables.ts';
import { startGivenClickHouse } from '../support/given-clickhouse.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

export interface AnalyticsWorld extends TestClickHouse {
  /** All tables as they are when nothing was ever loaded. */
  empty(): Promise<void>;
  end(): Promise<void>;
}

export async function startAnalytics(): Promise<AnalyticsWorld> {
  const folder = await makeFolder();
  const clickHouse = await startGivenClickHouse(folder);
  await migrate(parseClickHouseUrl(clickHouse.url), { environment: inheritedEnvironment() });
  return {
    ...clickHouse,
    empty: () => emptyLogTables(clickHouse.client),
    async end() {
      await clickHouse.stop();
      await removeFolder(folder);
    },
  };
}

/** A row of `requests`; what is not said is a plain hit of a narinfo by Nix. */
export interface SampleRequest {
  readonly ts: string;
  readonly id?: string;
  readonly route?: string;
  readonly method?: string;
  readonly status?: number;
  readonly partial?: boolean;
  readonly cache_result?: string;
  readonly pname?: string;
  readonly version?: string;
  readonly body_bytes?: number;
  readonly duration_us?: number;
  readonly backend_us?: number;
  readonly client?: string;
  readonly client_version?: string;
  readonly country?: string;
}

let unnamed = 0;

export function requestRow({ id, ...row }: SampleRequest) {
  unnamed += 1;
  return {
    event_id: eventId(id ?? `unnamed ${unnamed}`),
    route: 'narinfo',
    method: 'GET',
    status: 200,
    partial: false,
    cache_result: 'hit',
    store_hash: '',
    pname: 'hello',
    version: '2.12.1',
    output: '',
    body_bytes: 600,
    duration_us: 9_000,
    backend_us: 7_000,
    client: 'Nix',
    client_version: '2.31.2',
    country: 'DE',
    service_version: '1.0.0',
    ...row,
  };
}

/** In decimals, as load makes it of a record's id. */
export const eventId = (id: string): string => createHash('sha256').update(id).digest().readBigUInt64BE().toString();

/** As load inserts: what comes twice with one token counts once. */
export const insert = (client: ClickHouseClient, table: string, values: readonly unknown[], token: string) =>
  client.insert({
    table,
    values,
    format: 'JSONEachRow',
    clickhouse_settings: { ...onceSettings(token), date_time_input_format: 'best_effort' },
  });
