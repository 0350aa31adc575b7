/** The queues to work with: the embedded ones, or those behind AWS_ENDPOINT_URL_SQS. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Environment } from '../shared/config/env.ts';
import { openSqsClient } from '../shared/queue/open.ts';
import type { LocalConfig } from './config.ts';
import { queueDirectory } from './data-dir.ts';
import { credentialsFor } from './environment.ts';
import { removeQueueAddress, writeQueueAddress } from './queue-address.ts';
import { queueDifferences } from './queue-differences.ts';
import { ensureQueues, type QueueNames } from './queues.ts';
import type { ServiceQueue } from './service.ts';
import { type SqsServerOptions, startSqsServer } from './sqs-server.ts';

export interface QueueConnection {
  readonly client: SQSClient;
  /** By logical id. */
  readonly queues: ReadonlyMap<string, QueueNames>;
  /** What functions need to reach them. */
  readonly settings: Environment;
  /** Messages that a former runtime had received when it ended, and that are visible again. */
  readonly released: number;
  stop(): Promise<void>;
}

/**
 * A client of embedded queues. The region is part of their names: another one would make new queues, so it is not the user's. They
 * take any credentials.
 */
export const embeddedClient = (endpoint: string): SQSClient =>
  openSqsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

/** What functions need to reach embedded queues. */
export const embeddedSettings = (endpoint: string, region: string, inherited: Environment): Environment => ({
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_REGION: region,
  ...credentialsFor(inherited),
});

/** @throws {RuntimeFailed} @throws {QueueFailed} */
export async function connectQueues(
  queues: readonly ServiceQueue[],
  config: Pick<LocalConfig, 'AWS_ENDPOINT_URL_SQS' | 'AWS_REGION' | 'DATA_DIR'>,
  options: Omit<SqsServerOptions, 'directory'>,
): Promise<QueueConnection> {
  const { AWS_ENDPOINT_URL_SQS: external, AWS_REGION } = config;
  const server = external
    ? undefined
    : await startSqsServer({ ...options, directory: queueDirectory(config.DATA_DIR) });
  const endpoint = server?.endpoint ?? external ?? '';
  const client = server ? embeddedClient(endpoint) : openSqsClient({ endpoint, region: AWS_REGION });
  const stop = async (): Promise<void> => {
    if (server) removeQueueAddress(config.DATA_DIR);
    client.destroy();
    await server?.stop();
  };
  try {
    const names = await ensureQueues(queues, { client, endpoint, ours: server !== undefined });
    if (server) writeQueueAddress(config.DATA_DIR, endpoint);
    else
      for (const difference of await queueDifferences(queues, names, client))
        options.log.warn('queue.differs', { ...difference });
    return {
      client,
      queues: names,
      settings: server
        ? embeddedSettings(endpoint, AWS_REGION, options.environment)
        : { AWS_ENDPOINT_URL_SQS: endpoint, AWS_REGION },
      released: server?.released ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
