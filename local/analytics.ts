/**
 * ClickHouse for the functions of one machine: the embedded one, the server that CLICKHOUSE_URL names, or none. Its tables are made in the
 * background, and nothing here stops the rest: a mirror without ClickHouse is a mirror.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import type { Environment } from '../shared/config/env.ts';
import type { Log, LogLine } from '../shared/log.ts';
import { removeAddress, writeAddress } from './analytics-address.ts';
import type { AnalyticsConfig } from './analytics-config.ts';
import { startClickHouse } from './clickhouse-server.ts';
import { analyticsDirectory, spoolDirectory } from './data-dir.ts';
import { migrate } from './migrate.ts';
import type { Mode } from './stages.ts';

export interface Analytics {
  /** What functions are told: where ClickHouse is. */
  readonly settings: Environment;
  /** What load is told besides. */
  readonly loading: Environment;
  /** Where records are kept on their way; undefined: none are to be written. */
  readonly spool: string | undefined;
  /** When its tables are there; undefined: nothing is to be loaded. */
  readonly ready: Promise<void> | undefined;
  stop(): Promise<void>;
}

export interface AnalyticsOptions {
  readonly mode: Mode;
  readonly environment: Environment;
  readonly log: Log;
  readonly onLine: (line: LogLine) => void;
  /** The embedded engine's package. Default `chdb`. */
  readonly module?: string;
  /** It has been said that the server that is named does not answer, and why. */
  readonly isAway?: boolean;
}

/** Nobody listens there, and nobody but root may. Not port 1: `fetch` has a list of ports that it never asks. */
const NOWHERE = 'http://127.0.0.1:2';
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Never rejects. */
export async function openAnalytics(config: AnalyticsConfig, options: AnalyticsOptions): Promise<Analytics> {
  const { mode, environment, log } = options;
  const directory = analyticsDirectory(config.DATA_DIR);
  await removeAddress(directory).catch(() => undefined); // of a runtime that was killed
  const spool = spoolDirectory(config.DATA_DIR);
  const none = { settings: {}, loading: {}, spool, ready: undefined, stop: async () => undefined };
  if (config.CLICKHOUSE_URL === 'off') return { ...none, spool: undefined };
  if (config.CLICKHOUSE_URL) {
    const { CLICKHOUSE_URL, CLICKHOUSE_INGEST_URL } = environment;
    const tables = makeTables(config.CLICKHOUSE_URL, config, options);
    return {
      settings: { CLICKHOUSE_URL },
      loading: { CLICKHOUSE_URL: CLICKHOUSE_INGEST_URL?.trim() || CLICKHOUSE_URL },
      spool,
      ready: tables.tried, // who may not make them may find them made
      stop: tables.stop,
    };
  }
  if (mode === 'once') return none;

  try {
    const server = await startClickHouse({ ...options, directory });
    await writeAddress(directory, server.url);
    const tables = makeTables(parseClickHouseUrl(server.url), config, options);
    return {
      settings: { CLICKHOUSE_URL: server.url },
      loading: {},
      spool,
      ready: tables.made,
      async stop() {
        await tables.stop();
        await removeAddress(directory);
        await server.stop();
      },
    };
  } catch (error) {
    log.error('clickhouse.not-available', { error });
    return { ...none, settings: { CLICKHOUSE_URL: NOWHERE } };
  }
}

interface Tables {
  /** Once it has been tried. */
  readonly tried: Promise<void>;
  /** Once it has succeeded; never, when it is stopped before. */
  readonly made: Promise<void>;
  stop(): Promise<void>;
}

/** Tries until it succeeds. What fails in the same way again is said once. */
function makeTables(
  place: ReturnType<typeof parseClickHouseUrl>,
  { CLICKHOUSE_REPLICATED, CLICKHOUSE_CLUSTER }: Pick<AnalyticsConfig, 'CLICKHOUSE_REPLICATED' | 'CLICKHOUSE_CLUSTER'>,
  { environment, log, isAway = false }: Pick<AnalyticsOptions, 'environment' | 'log' | 'isAway'>,
): Tables {
  const stopping = new AbortController();
  const { signal } = stopping;
  const tried = Promise.withResolvers<void>();
  const made = Promise.withResolvers<void>();
  const how = { environment, signal, replicated: CLICKHOUSE_REPLICATED, cluster: CLICKHOUSE_CLUSTER };

  const run = async (): Promise<void> => {
    let said: string | undefined;
    let known = isAway;
    for (let waitMs = FIRST_MS; !signal.aborted; waitMs = Math.min(LONGEST_MS, waitMs * 2)) {
      try {
        const applied = await migrate(place, how);
        if (applied.length > 0 || said !== undefined) log.info('tables.made', { migrations: applied });
        made.resolve();
        return tried.resolve();
      } catch (error) {
        if (signal.aborted) return;
        const { message } = error as Error;
        if (message !== said && !known) log.warn('tables.not-made', { error });
        [said, known] = [message, false];
        tried.resolve();
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const running = run();
  return {
    tried: tried.promise,
    made: made.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
