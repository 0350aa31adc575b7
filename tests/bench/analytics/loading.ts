/** Two ways for rows into ClickHouse: by an insert of ours, as load makes it, and through load itself, from the log stream's text on. */
import { clickHouseLogTables } from '../../../functions/load/clickhouse-log-tables.ts';
import { load } from '../../../functions/load/load.ts';
import { type ClickHouseClient, onceSettings } from '../../../shared/analytics/client.ts';
import { silentLog } from '../../../shared/log.ts';
import { noMetrics } from '../../../shared/metrics.ts';
import { subscription } from '../../../shared/testing/log-delivery.ts';
import type { RequestRow } from './rows.ts';

/** How rows are brought: prepared first, which does not count, and then loaded, which does. */
export interface Loading {
  prepare(rows: readonly RequestRow[], batch: number): Prepared;
}
export type Prepared = (signal: AbortSignal) => Promise<void>;

export const WAYS = ['insert', 'load'] as const;
export type Way = (typeof WAYS)[number];

export const loadingBy = (way: Way, client: ClickHouseClient): Loading =>
  way === 'insert' ? byInsert(client) : byLoad(client);

const byInsert = (client: ClickHouseClient): Loading => ({
  prepare: (values, batch) => async (signal) => {
    await client.insert({
      table: 'requests',
      values,
      format: 'JSONEachRow',
      abort_signal: signal,
      clickhouse_settings: onceSettings(`batch ${batch}`),
    });
  },
});

function byLoad(client: ClickHouseClient): Loading {
  const deps = { tables: clickHouseLogTables(client), metrics: noMetrics, now: () => new Date(), log: silentLog };
  return {
    prepare(rows, batch) {
      const events = rows.map((row, n) => ({
        id: `${batch}:${n}`,
        timestamp: Date.parse(`${row.ts.replace(' ', 'T')}Z`),
        message: `${JSON.stringify(recordOf(row))}\n`,
      }));
      const event = subscription(events);
      return async (signal) => {
        await load(event, deps, signal);
      };
    },
  };
}

/** As serve wrote it. */
function recordOf({ ts, event_id, pname, version, output, partial, cache_result, store_hash, ...row }: RequestRow) {
  const { route, method, status, body_bytes, duration_us, backend_us, client, client_version, country } = row;
  const name = [pname, version, output].filter((part) => part !== '').join('-');
  return {
    ...{
      v: 1,
      kind: 'request',
      id: event_id,
      ts: `${ts.replace(' ', 'T')}Z`,
      route,
      method,
      status,
      cache: cache_result,
    },
    ...(partial ? { partial } : {}),
    ...(name === '' ? {} : { store_hash, name }),
    ...{ body_bytes, duration_us, backend_us, client },
    ...(client_version === '' ? {} : { client_version }),
    ...(country === 'ZZ' ? {} : { country }),
    service_version: row.service_version,
  };
}
