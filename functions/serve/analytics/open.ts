/** The analytics, wired to this process's configuration. */
import type { Asked as Client } from '../../../shared/analytics/queries/ask.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { ClickHousePlace } from '../../../shared/config/clickhouse-url.ts';
import type { Log } from '../../../shared/log.ts';
import type { ServeConfig } from '../config.ts';
import { createGate } from '../gate.ts';
import { BUDGET_MS, createTell } from './tell.ts';
import type { Tell } from './topic.ts';

/** The embedded engine works on four statements at a time. */
const AT_ONCE = 4;
/** Of these, searches and single packages. */
const OPEN_AT_ONCE = 2;
const MOST_WAITING = 256;

export function openTell(
  { CLICKHOUSE_URL, ANALYTICS_THRESHOLD }: Pick<ServeConfig, 'CLICKHOUSE_URL' | 'ANALYTICS_THRESHOLD'>,
  { state, log }: { readonly state: Pick<Bucket, 'get' | 'put'>; readonly log: Log },
): Tell {
  return createTell({
    client: CLICKHOUSE_URL && whenAsked(CLICKHOUSE_URL),
    state,
    gate: createGate({ atOnce: AT_ONCE, waiting: MOST_WAITING, waitMs: BUDGET_MS }),
    openGate: createGate({ atOnce: OPEN_AT_ONCE, waiting: MOST_WAITING, waitMs: BUDGET_MS }),
    threshold: ANALYTICS_THRESHOLD,
    date: () => new Date(),
    now: () => performance.now(),
    log,
  });
}

/** Nix never needs it, so a function that starts does not wait for it. */
function whenAsked(place: ClickHousePlace): Client {
  let opened: Promise<Client> | undefined;
  const open = async (): Promise<Client> => {
    const { openClickHouse } = await import('../../../shared/analytics/client.ts');
    return openClickHouse(place, { requestTimeoutMs: BUDGET_MS, connections: AT_ONCE });
  };
  return {
    query: async (params) => {
      opened ??= open();
      return (await opened).query(params);
    },
  };
}
