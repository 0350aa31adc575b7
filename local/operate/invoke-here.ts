/**
 * Invokes a function once, in a process of its own on this machine, with the buckets and queues of the mirror. It does what it does: a
 * copy copies. Publish finds the lease with somebody else while a mirror runs, and does nothing then.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { InvalidConfig } from '../../shared/errors.ts';
import { createLog, type LogLine } from '../../shared/log.ts';
import { readAddress } from '../analytics-address.ts';
import { analyticsDirectory, bucketsOf } from '../data-dir.ts';
import { environmentOf, withoutAnalytics } from '../environment.ts';
import { startFunction } from '../function-process.ts';
import type { QueuePlace } from '../queue-place.ts';
import type { ServiceFunction } from '../service.ts';
import type { OperateConfig } from './config.ts';

export interface InvokeDeps {
  readonly place: QueuePlace;
  readonly config: OperateConfig;
  /** The user's. */
  readonly environment: Environment;
  /** The directory that handlers' files are named from. */
  readonly root: string;
  readonly onLine: (line: LogLine) => void;
}

const GRACE_MS = 2_000;

/** @returns what it answers. @throws {RuntimeFailed} what it throws, or that it can't be loaded */
export async function invokeHere(stage: string, event: unknown, deps: InvokeDeps): Promise<unknown> {
  const { place, config, root, onLine } = deps;
  const fn = place.service.functions.find(({ name }) => name === stage);
  if (!fn) throw new InvalidConfig([`there is no function ${stage}`]);
  const buckets = bucketsOf({ ...config, DATA_DIR: resolve(config.DATA_DIR) });
  // A name of its own: whoever finds its own name in publish's lease takes it.
  const own = { LEASE_HOLDER: `sample-${randomUUID()}`, NAR_DELIVERY: config.NAR_DELIVERY };
  const settings = { ...place.settings, ...buckets, ...own, ...(await analyticsOf(fn, deps)) };
  const inherited = withoutAnalytics(deps.environment);
  const environment = environmentOf(fn, { inherited, queues: place.queues, settings });
  const log = createLog({ fields: { function: stage }, write: (line) => onLine(JSON.parse(line) as LogLine) });
  const process = await startFunction(fn, { root, environment, log, onLine });
  try {
    return await process.invoke(event);
  } finally {
    await process.stop(GRACE_MS);
  }
}

/** As the runtime would tell it: the server that the user names, the embedded one while a mirror runs here, or none. It writes no records. */
async function analyticsOf(fn: ServiceFunction, { config, environment: said }: InvokeDeps): Promise<Environment> {
  const own = { SPOOL: 'off', METRICS: 'off' };
  if (config.CLICKHOUSE_URL !== 'off') {
    const { CLICKHOUSE_URL, CLICKHOUSE_INGEST_URL } = said;
    const named = (fn.logs && CLICKHOUSE_INGEST_URL?.trim()) || CLICKHOUSE_URL?.trim();
    const url = named || (await readAddress(analyticsDirectory(resolve(config.DATA_DIR))));
    if (url) return { ...own, CLICKHOUSE_URL: url };
  }
  if (fn.logs)
    throw new InvalidConfig([
      `CLICKHOUSE_URL: ${fn.name} loads into ClickHouse, and there is none: it names one, or a mirror that runs here has one`,
    ]);
  return own;
}
