/**
 * The queues of a deployment, or of an SQS of one's own: by their addresses where these are said, by the names that serverless.yml gives
 * them in a stage, and dead letters by the policy of their queue.
 */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { InvalidConfig, QueueFailed } from '../shared/errors.ts';
import type { OperateConfig } from './operate/config.ts';
import { type QueueNames, queueAt, queueNamed } from './queues.ts';
import type { Service } from './service.ts';

export interface Endpoint {
  readonly client: SQSClient;
  /** Undefined: AWS's own. */
  readonly endpoint: string | undefined;
}

export type QueueUrls = Pick<
  OperateConfig,
  'COPY_QUEUE_URL' | 'COPY_DEAD_LETTERS_URL' | 'LOAD_FAILURES_URL' | 'LOAD_DEAD_LETTERS_URL' | 'stage'
>;

/** By logical id. Those that nobody has made, as a runtime of an older version, are left out. @throws {QueueFailed} */
export async function namedQueues({ queues }: Service, at: Endpoint): Promise<Map<string, QueueNames>> {
  const found = new Map<string, QueueNames>();
  for (const { logicalId, name } of queues) {
    const names = await asking(name, () => queueNamed(name, at));
    if (names) found.set(logicalId, names);
  }
  return found;
}

/**
 * What is said comes first. By name it is looked only where a stage or an endpoint says whose names they are.
 * @throws {InvalidConfig} when there is no copy queue. @throws {QueueFailed}
 */
export async function deployedQueues(
  service: Service,
  at: Endpoint,
  config: QueueUrls,
): Promise<ReadonlyMap<string, QueueNames>> {
  const said = {
    CopyQueue: config.COPY_QUEUE_URL,
    CopyDeadLetters: config.COPY_DEAD_LETTERS_URL,
    LoadFailures: config.LOAD_FAILURES_URL,
    LoadDeadLetters: config.LOAD_DEAD_LETTERS_URL,
  };
  const byName = config.stage !== undefined || config.COPY_QUEUE_URL === undefined;
  const found = byName ? await namedQueues(service, at) : new Map<string, QueueNames>();
  for (const [logicalId, url] of Object.entries(said))
    if (url !== undefined) found.set(logicalId, await asking(url, () => queueAt(url, at.client)));
  for (const { logicalId, redrive } of service.queues) {
    const queue = found.get(logicalId);
    if (!queue || !redrive || found.has(redrive.deadLetters)) continue;
    const dead = await asking(queue.url, () => deadLettersOf(queue, at));
    if (dead) found.set(redrive.deadLetters, dead);
  }
  if (!found.has('CopyQueue')) throw noCopyQueue(service, at, config);
  return found;
}

function noCopyQueue({ queues }: Service, { endpoint }: Endpoint, { stage }: QueueUrls): InvalidConfig {
  const { name = 'of that name' } = queues.find(({ logicalId }) => logicalId === 'CopyQueue') ?? {};
  const where = endpoint === undefined ? '' : ` at ${endpoint}`;
  const how = stage === undefined ? '--stage or COPY_QUEUE_URL' : 'another --stage, AWS_REGION or COPY_QUEUE_URL';
  return new InvalidConfig([`there is no queue ${name}${where}: ${how} may say where it is`]);
}

/** As the queue's own policy says it. */
async function deadLettersOf({ url }: QueueNames, { client, endpoint }: Endpoint): Promise<QueueNames | undefined> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] }),
  );
  const [, arn] = /"deadLetterTargetArn"\s*:\s*"([^"]+)"/.exec(Attributes?.RedrivePolicy ?? '') ?? [];
  return arn === undefined ? undefined : queueNamed(arn.slice(arn.lastIndexOf(':') + 1), { client, endpoint });
}

async function asking<T>(queue: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new QueueFailed(`could not ask for the queue ${queue}`, { queue }, error);
  }
}
