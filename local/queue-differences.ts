/**
 * How the queues of somebody else's SQS differ from what serverless.yml says. They are not ours to change, but whoever made them should
 * know what it comes to: a copy that is begun again while it runs, or a message that is lost in a long pause.
 */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { QueueFailed } from '../shared/errors.ts';
import type { QueueNames } from './queues.ts';
import type { ServiceQueue } from './service.ts';

export interface QueueDifference {
  readonly queue: string;
  /** Sentences without a full stop. */
  readonly differs: readonly string[];
}

/** Those that differ. @throws {QueueFailed} */
export async function queueDifferences(
  queues: readonly ServiceQueue[],
  names: ReadonlyMap<string, QueueNames>,
  client: Pick<SQSClient, 'send'>,
): Promise<readonly QueueDifference[]> {
  const found: QueueDifference[] = [];
  for (const queue of queues) {
    const QueueUrl = names.get(queue.logicalId)?.url;
    const AttributeNames = ['VisibilityTimeout', 'MessageRetentionPeriod', 'RedrivePolicy'] as const;
    try {
      const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
      const differs = differencesOf(queue, (await client.send(ask)).Attributes ?? {});
      if (differs.length > 0) found.push({ queue: queue.name, differs });
    } catch (error) {
      throw new QueueFailed(`could not ask for the queue ${queue.name}`, { queue: queue.name }, error);
    }
  }
  return found;
}

/** A server that says nothing of a time (ElasticMQ: of how long it keeps messages) has none. */
export function differencesOf(
  { visibilityTimeoutSeconds, retentionSeconds, redrive }: ServiceQueue,
  attributes: Readonly<Record<string, string>>,
): readonly string[] {
  const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy = '' } = attributes;
  const [, receives] = /"maxReceiveCount"\s*:\s*"?(\d+)/.exec(RedrivePolicy) ?? [];
  const differs: string[] = [];
  if (VisibilityTimeout !== undefined && Number(VisibilityTimeout) < visibilityTimeoutSeconds)
    differs.push(`hides a message for ${VisibilityTimeout} s while it is worked on, not ${visibilityTimeoutSeconds}`);
  if (MessageRetentionPeriod !== undefined && Number(MessageRetentionPeriod) < retentionSeconds)
    differs.push(`keeps a message for ${MessageRetentionPeriod} s, not ${retentionSeconds}`);
  if (redrive && Number(receives ?? 0) < redrive.maxReceiveCount)
    differs.push(
      receives === undefined
        ? 'has no dead letters'
        : `gives a message up after ${receives} receives, not ${redrive.maxReceiveCount}`,
    );
  return differs;
}
