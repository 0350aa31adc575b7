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
  // Dead letters first: a redrive policy names another queue.
  for (const queue of queues.toSorted((a, b) => Number(Boolean(a.redrive)) - Number(Boolean(b.redrive))))
    names.set(queue.logicalId, await attempt(queue.name, () => findOrCreate(queue, names, options)));
  return names;
}

/** It is made with all that is said of it, so that a start that was cut leaves none behind that is half ours. */
async function findOrCreate(
  queue: ServiceQueue,
  names: ReadonlyMap<string, QueueNames>,
  { client, endpoint, ours }: EnsureQueuesOptions,
): Promise<QueueNames> {
  const Attributes = attributesOf(queue, names);
  const found = await queueNamed(queue.name, { client, endpoint });
  if (found && ours) await client.send(new SetQueueAttributesCommand({ QueueUrl: found.url, Attributes })); // serverless.yml may have changed
  if (found) return found;
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: queue.name, Attributes }));
  return queueAt(urlBelow(endpoint, QueueUrl), client);
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

export function attributesOf(
  { visibilityTimeoutSeconds, retentionSeconds, redrive }: ServiceQueue,
  names: ReadonlyMap<string, QueueNames>,
): Partial<Record<QueueAttributeName, string>> {
  const deadLetterTargetArn = redrive && names.get(redrive.deadLetters)?.arn;
  return {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(retentionSeconds),
    ...(redrive
      ? { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount }) }
      : {}),
  };
}

async function attempt<T>(queue: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw new QueueFailed(`could not make the queue ${queue}`, { queue }, error);
  }
}
