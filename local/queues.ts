/** Finds the service's queues, makes them where they are missing, and says what they are called. */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QueueFailed } from '../shared/errors.ts';
import type { ServiceQueue } from './service.ts';

export interface QueueNames {
  readonly url: string;
  readonly arn: string;
}

export interface EnsureQueuesOptions {
  readonly client: Pick<SQSClient, 'send'>;
  /** Servers call queues by hosts that don't resolve (fauxqs: `sqs.us-east-1.localhost`): only the path is taken. */
  readonly endpoint: string;
  /** Whether queues that exist are ours to change. */
  readonly ours: boolean;
}

/** @returns names by logical id. @throws {QueueFailed} */
export async function ensureQueues(
  queues: readonly ServiceQueue[],
  options: EnsureQueuesOptions,
): Promise<ReadonlyMap<string, QueueNames>> {
  const names = new Map<string, QueueNames>();
  const made = new Set<string>();
  for (const queue of queues) {
    const { created, ...found } = await attempt(queue.name, () => findOrCreate(queue, options));
    names.set(queue.logicalId, found);
    if (created || options.ours) made.add(queue.logicalId);
  }
  // Afterwards, since a redrive policy names another queue; and again at each start, since serverless.yml may change.
  for (const queue of queues.filter(({ logicalId }) => made.has(logicalId)))
    await attempt(queue.name, () => setAttributes(queue, names, options.client));
  return names;
}

async function findOrCreate(
  { name }: ServiceQueue,
  { client, endpoint }: EnsureQueuesOptions,
): Promise<QueueNames & { readonly created: boolean }> {
  const found = await queueNamed(name, { client, endpoint });
  if (found) return { ...found, created: false };
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
  return { ...(await queueAt(urlBelow(endpoint, QueueUrl), client)), created: true };
}

/** Undefined when there is no such queue. @param endpoint undefined: AWS's own, whose addresses are good as they are */
export async function queueNamed(
  name: string,
  { client, endpoint }: { readonly client: Pick<SQSClient, 'send'>; readonly endpoint?: string | undefined },
): Promise<QueueNames | undefined> {
  try {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    return await queueAt(urlBelow(endpoint, QueueUrl), client);
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

export async function queueAt(url: string, client: Pick<SQSClient, 'send'>): Promise<QueueNames> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '' };
}

function urlBelow(endpoint: string | undefined, url: string): string {
  if (endpoint === undefined) return url;
  const { pathname } = URL.parse(url) ?? {};
  if (pathname !== undefined) return new URL(pathname, endpoint).href;
  throw new QueueFailed(`${endpoint} calls a queue ${JSON.stringify(url.slice(0, 200))}, which is no address`, {
    endpoint,
  });
}

async function setAttributes(
  queue: ServiceQueue,
  names: ReadonlyMap<string, QueueNames>,
  client: EnsureQueuesOptions['client'],
): Promise<void> {
  const Attributes: Partial<Record<QueueAttributeName, string>> = {
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
  };
  if (queue.redrive) {
    const deadLetterTargetArn = names.get(queue.redrive.deadLetters)?.arn;
    Attributes.RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: queue.redrive.maxReceiveCount });
  }
  await client.send(new SetQueueAttributesCommand({ QueueUrl: names.get(queue.logicalId)?.url, Attributes }));
}

async function attempt<T>(queue: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new QueueFailed(`could not make the queue ${queue}`, { queue }, error);
  }
}
