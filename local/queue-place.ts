/**
 * The queues, for a command of an operator, wherever they are and whether or not a mirror runs:
 *
 * - those of a deployment: by COPY_QUEUE_URL and its like, or by their names there (`--stage`, or AWS_ENDPOINT_URL_SQS);
 * - else the embedded ones of DATA_DIR: of the runtime (or another command) that runs them now; or, when nobody does, started here,
 *   under the runtime's lock, for as long as the work takes, and that of another command that uses them. What a killed runtime left
 *   behind (its address) is known by its lock.
 *
 * Nothing is made that a mirror has not made: a wrong DATA_DIR or stage is refused.
 */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Environment } from '../shared/config/env.ts';
import { RuntimeFailed } from '../shared/errors.ts';
import { silentLog } from '../shared/log.ts';
import { openSqsClient } from '../shared/queue/open.ts';
import { cacheDirectory, lockFile } from './data-dir.ts';
import { deployedQueues, namedQueues, type QueueUrls } from './deployed-queues.ts';
import { holderOf, inUse, isLocked, type Lock, tryLock } from './lock.ts';
import { requireMirrorIn } from './mirror-here.ts';
import { isDeployed, type OperateConfig } from './operate/config.ts';
import { readQueueAddress, removeQueueAddress, writeQueueAddress } from './queue-address.ts';
import { areBorrowed, borrowQueues, untilReturned } from './queue-borrowers.ts';
import { connectQueues, embeddedClient, embeddedSettings } from './queue-connection.ts';
import type { QueueNames } from './queues.ts';
import { readService } from './read-service.ts';
import type { Service } from './service.ts';

export interface QueuePlace {
  readonly client: SQSClient;
  /** `deployed`: no runtime of this machine's. `running`: somebody runs the embedded ones. `stopped`: this process does. */
  readonly kind: 'deployed' | 'running' | 'stopped';
  readonly service: Service;
  /** By logical id; those that are there. */
  readonly queues: ReadonlyMap<string, QueueNames>;
  /** What a function needs to reach them. */
  readonly settings: Environment;
}

export interface QueuePlaceOptions {
  readonly config: Pick<OperateConfig, 'DATA_DIR' | 'AWS_ENDPOINT_URL_SQS' | 'AWS_REGION'> & QueueUrls;
  /** The user's. */
  readonly environment: Environment;
  /** The directory of serverless.yml. */
  readonly root: string;
  /** Told to whoever finds DATA_DIR in use meanwhile: the command's name. */
  readonly purpose: string;
  /** Done in seconds, so that others wait for it rather than depend on the queues that it runs. */
  readonly brief?: boolean;
  readonly signal: AbortSignal;
  /** Hears that the work is done, and that another command still uses the queues. */
  readonly onWaiting?: () => void;
  /** Instead of what serverless.yml says. */
  readonly service?: Service;
}

/** A runtime that is just starting makes its queues within this. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;

/**
 * @param work is done with the queues, which it may not keep.
 * @throws {InvalidConfig} when there are none where they are said to be. @throws {RuntimeFailed} @throws {QueueFailed}
 */
export async function withQueues<T>(options: QueuePlaceOptions, work: (place: QueuePlace) => Promise<T>): Promise<T> {
  const { config } = options;
  if (isDeployed(config) || config.AWS_ENDPOINT_URL_SQS !== undefined) return atEndpoint(options, work);
  const dataDir = resolve(config.DATA_DIR);
  requireMirrorIn(dataDir);
  const lock = lockFile(dataDir);
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    const held = tryLock(lock);
    if (held) return startedHere(held, dataDir, options, work);
    const address = readQueueAddress(dataDir);
    const holder = holderOf(lock);
    if (address?.pid === holder.pid && address !== undefined && (options.brief || !holder.brief)) {
      const giveBack = holder.command === undefined ? undefined : borrowQueues(dataDir); // a runtime ends when it is told to
      try {
        if (readQueueAddress(dataDir)?.endpoint === address.endpoint)
          return await ofRunning(address.endpoint, dataDir, options, work);
      } finally {
        giveBack?.();
      }
    }
    if (performance.now() > until) throw inUse(lock, ', which runs no queues');
    await delay(LOOK_EVERY_MS, undefined, { signal: options.signal });
  }
}

async function ofRunning<T>(
  endpoint: string,
  dataDir: string,
  options: QueuePlaceOptions,
  work: (place: QueuePlace) => Promise<T>,
): Promise<T> {
  const client = embeddedClient(endpoint);
  try {
    const service = await serviceOf(options, dataDir);
    const queues = await namedQueues(service, { client, endpoint });
    const settings = embeddedSettings(endpoint, options.config.AWS_REGION, options.environment);
    return await work({ client, kind: 'running', service, queues, settings });
  } catch (error) {
    if (options.signal.aborted || areRunning(endpoint, dataDir)) throw error;
    throw new RuntimeFailed(
      'whoever ran the queues has ended meanwhile; the same command does what is left',
      {},
      error,
    );
  } finally {
    client.destroy();
  }
}

const areRunning = (endpoint: string, dataDir: string): boolean =>
  readQueueAddress(dataDir)?.endpoint === endpoint && isLocked(lockFile(dataDir));

async function startedHere<T>(
  lock: Lock,
  dataDir: string,
  options: QueuePlaceOptions,
  work: (place: QueuePlace) => Promise<T>,
): Promise<T> {
  try {
    lock.describe({ command: options.purpose, ...(options.brief ? { brief: 'yes' } : {}) });
    const service = await serviceOf(options, dataDir);
    const { environment, config } = options;
    const { client, queues, settings, stop } = await connectQueues(
      service.queues,
      { DATA_DIR: dataDir, AWS_REGION: config.AWS_REGION, AWS_ENDPOINT_URL_SQS: undefined },
      { environment, log: silentLog, onLine: () => undefined },
    );
    try {
      return await work({ client, kind: 'stopped', service, queues, settings });
    } finally {
      await endedByAll(dataDir, settings.AWS_ENDPOINT_URL_SQS ?? '', options);
      await stop();
    }
  } finally {
    lock.release();
  }
}

/** When nobody uses the queues that run here, nor can begin to. */
async function endedByAll(dataDir: string, endpoint: string, options: QueuePlaceOptions): Promise<void> {
  for (;;) {
    await untilReturned(dataDir, options);
    removeQueueAddress(dataDir);
    if (options.signal.aborted || !areBorrowed(dataDir)) return;
    writeQueueAddress(dataDir, endpoint); // somebody came just then
  }
}

async function atEndpoint<T>(options: QueuePlaceOptions, work: (place: QueuePlace) => Promise<T>): Promise<T> {
  const { config } = options;
  const { AWS_ENDPOINT_URL_SQS: endpoint, AWS_REGION } = config;
  // Without an endpoint AWS's own variables and files say all there is to say.
  const client = openSqsClient(endpoint === undefined ? {} : { endpoint, region: AWS_REGION });
  try {
    const service = await serviceOf(options, resolve(config.DATA_DIR));
    const queues = await deployedQueues(service, { client, endpoint }, config);
    const settings = endpoint === undefined ? {} : { AWS_ENDPOINT_URL_SQS: endpoint, AWS_REGION };
    return await work({ client, kind: 'deployed', service, queues, settings });
  } finally {
    client.destroy();
  }
}

const serviceOf = async (
  { service, root, environment, config }: QueuePlaceOptions,
  dataDir: string,
): Promise<Service> =>
  service ?? readService({ root, cache: cacheDirectory(dataDir), environment, stage: config.stage });
