/**
 * ClickHouse for a command: the server that CLICKHOUSE_URL names; or the embedded one of DATA_DIR, that of its runtime when one is
 * running, else one of the command's own for as long as it takes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ClickHousePlace, parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import type { Environment } from '../shared/config/env.ts';
import { InvalidConfig, RuntimeFailed } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { readAddress } from './analytics-address.ts';
import type { AnalyticsConfig } from './analytics-config.ts';
import { startClickHouse } from './clickhouse-server.ts';
import { analyticsDirectory, lockFile } from './data-dir.ts';
import { acquireLock, type Lock } from './lock.ts';

export interface AnalyticsPlace {
  readonly place: ClickHousePlace;
  /** Whose it is: a server's, a running runtime's, or the command's own. */
  readonly kind: 'server' | 'running' | 'own';
}

export interface AnalyticsOptions {
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** A runtime that has just started may not have written it yet. */
const ADDRESS_MS = 10_000;
const LOOK_MS = 100;

/** @throws {InvalidConfig} when there is to be none. @throws {RuntimeFailed} when the embedded one can't be had. */
export async function withAnalytics<T>(
  { CLICKHOUSE_URL, DATA_DIR }: Pick<AnalyticsConfig, 'CLICKHOUSE_URL' | 'DATA_DIR'>,
  { environment, signal }: AnalyticsOptions,
  use: (analytics: AnalyticsPlace) => Promise<T>,
): Promise<T> {
  if (CLICKHOUSE_URL === 'off') throw new InvalidConfig(['CLICKHOUSE_URL is off: there is no ClickHouse']);
  if (CLICKHOUSE_URL) return use({ place: CLICKHOUSE_URL, kind: 'server' });

  const directory = analyticsDirectory(DATA_DIR);
  const lock = lockUnlessRunning(DATA_DIR);
  if (!lock) return use({ place: parseClickHouseUrl(await addressIn(directory, signal)), kind: 'running' });
  try {
    lock.describe({ mode: 'command' });
    const server = await startClickHouse({ directory, environment, log: silentLog, onLine: () => undefined });
    try {
      return await use({ place: parseClickHouseUrl(server.url), kind: 'own' });
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}

/** Undefined while somebody else has it. */
function lockUnlessRunning(dataDir: string): Lock | undefined {
  try {
    return acquireLock(lockFile(dataDir));
  } catch (error) {
    if (error instanceof RuntimeFailed && error.cause === undefined) return undefined;
    throw error;
  }
}

async function addressIn(directory: string, signal: AbortSignal): Promise<string> {
  for (const end = performance.now() + ADDRESS_MS; ; ) {
    const url = await readAddress(directory);
    if (url !== undefined) return url;
    if (performance.now() > end)
      throw new RuntimeFailed(`what is running in ${directory} has no ClickHouse`, { directory });
    await delay(LOOK_MS, undefined, { signal });
  }
}
