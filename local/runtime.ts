/**
 * The pipeline on one machine: the functions of serverless.yml, each in a process of its own, driven by queues, schedules
 * and HTTP. One runtime per DATA_DIR; nothing of it outlives `stop`, nor this process.
 */
import { resolve } from 'node:path';
import { openBucket } from '../shared/bucket/open.ts';
import type { Environment } from '../shared/config/env.ts';
import { createLog, type Log, type LogLine } from '../shared/log.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { openAnalytics } from './analytics.ts';
import type { LocalConfig } from './config.ts';
import { bucketsOf, cacheDirectory, lockFile, sweepBuckets } from './data-dir.ts';
import { withoutAnalytics, withoutEmpty } from './environment.ts';
import { identityOf } from './identity.ts';
import { acquireLock } from './lock.ts';
import { connectQueues, type QueueConnection } from './queue-connection.ts';
import { readService } from './read-service.ts';
import type { Service } from './service.ts';
import { servicesOf } from './service-asks.ts';
import { openSegmentsIn } from './spool/segments.ts';
import { type Mode, type Stages, startStages } from './stages.ts';
import { tryServices } from './try-services.ts';

export interface RuntimeOptions {
  readonly config: LocalConfig;
  /** The user's, which functions inherit. */
  readonly environment: Environment;
  /** The directory of serverless.yml and of the functions. */
  readonly root: string;
  readonly mode: Mode;
  /** Every line that the functions and the runtime log. */
  readonly onLine: (line: LogLine) => void;
  /** Instead of what serverless.yml says. */
  readonly service?: Service;
}

export interface Runtime extends Stages {
  /** Messages that functions have still to do, in flight and delayed ones included, and dead letters. */
  depths(): Promise<Depths>;
  /** Polls end, running invocations get ten seconds, HTTP closes, the queues end last. */
  stop(): Promise<void>;
}

export interface Depths {
  readonly work: number;
  readonly dead: number;
}

/** Patience of a run that somebody waits for (README, Configuration). */
const ONCE_PATIENCE: Environment = { COPY_PATIENCE: '2m', COPY_PATIENCE_RECEIVES: '3' };

/** `copycat status` looks for an instant whether somebody has the lock. */
const LOOK_MS = 300;

/** How long load may still take when all others have ended: what is left waits for the next start. */
const LAST_MS: Readonly<Record<Mode, number>> = { lasting: 3_000, once: 30_000 };

/**
 * @throws {RuntimeFailed} when DATA_DIR is in use, a bucket's directory or the queues can't be used, the port is taken or a function can't be loaded; nothing is left running.
 * @throws {InvalidConfig} when serverless.yml has what can't be driven here.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const opened = new AsyncDisposableStack(); // closed in reverse
  try {
    return await open(options, opened);
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function open(options: RuntimeOptions, opened: AsyncDisposableStack): Promise<Runtime> {
  const { root, mode } = options;
  const environment = withoutAnalytics(options.environment);
  let lost = (_lines: number): void => undefined;
  const onLine = (line: LogLine): void => {
    if (line.event === 'records.lost') lost(Number(line.count) || 0);
    options.onLine(line);
  };
  const config = { ...options.config, DATA_DIR: resolve(options.config.DATA_DIR) };
  const log = logTo(onLine, config);

  const lock = acquireLock(lockFile(config.DATA_DIR), LOOK_MS);
  opened.defer(() => lock.release());
  const service = options.service ?? (await readService({ root, cache: cacheDirectory(config.DATA_DIR), environment }));
  const buckets = bucketsOf(config);
  const away = await tryServices(servicesOf(config, buckets, service), { log });
  const isAway = away.has('CLICKHOUSE_URL');
  const coming = openAnalytics(config, { mode, environment: options.environment, log, onLine, isAway }); // meanwhile, the rest
  opened.defer(async () => (await coming).stop());
  await sweepBuckets(buckets);

  const connection = await connectQueues(service.queues, config, { environment, log, onLine });
  opened.defer(connection.stop);
  if (connection.released > 0) log.info('messages.released', { count: connection.released });

  const analytics = await coming;
  const stages = await startStages(service, {
    config,
    mode,
    root,
    connection,
    inherited: mode === 'once' ? { ...ONCE_PATIENCE, ...withoutEmpty(environment) } : environment,
    settings: {
      ...connection.settings,
      ...buckets,
      ...analytics.settings,
      SPOOL: analytics.spool ?? 'off',
      METRICS: 'off', // there is no CloudWatch
      LEASE_HOLDER: await identityOf(config.DATA_DIR),
    },
    logStream: analytics.spool
      ? {
          ...analytics,
          directory: analytics.spool,
          former: new Set((await openSegmentsIn(analytics.spool)).map(({ file }) => file)),
          capBytes: config.SPOOL_BYTES,
          lastMs: LAST_MS[mode],
          state: openBucket(buckets.STATE, config),
        }
      : undefined,
    log,
    onLine,
  });
  lost = stages.lost;
  opened.defer(stages.stop);
  lock.describe({ mode, ...(stages.address ? { url: stages.address } : {}) });
  return {
    ...stages,
    depths: () => depthsOf(service, connection),
    stop: () => opened.disposeAsync(),
  };
}

async function depthsOf({ functions, queues }: Service, connection: QueueConnection): Promise<Depths> {
  const sum = async (logicalIds: readonly string[]): Promise<number> => {
    const depths = logicalIds.map((logicalId) =>
      sqsQueue({ client: connection.client, url: connection.queues.get(logicalId)?.url ?? '' }).depth(),
    );
    return (await Promise.all(depths)).reduce(
      (total, depth) => total + depth.waiting + depth.inFlight + depth.delayed,
      0,
    );
  };
  return {
    work: await sum(functions.flatMap(({ queue }) => (queue ? [queue.queue] : []))),
    dead: await sum(queues.flatMap(({ redrive }) => (redrive ? [redrive.deadLetters] : []))),
  };
}

const logTo = (onLine: RuntimeOptions['onLine'], { LOG_LEVEL }: Pick<LocalConfig, 'LOG_LEVEL'>): Log =>
  createLog({
    level: LOG_LEVEL,
    fields: { function: 'runtime' },
    write: (line) => onLine(JSON.parse(line) as LogLine),
  });
