/** For tests: an empty queue on anything that speaks SQS, with its dead letters and its two other ends. */
import { CreateQueueCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { OpenQueue } from './contract.ts';
import { sqsQueue } from './sqs.ts';

/** @param name of the queue; no other may have had it. */
export async function openSqsQueue(client: SQSClient, endpoint: string, name: string): Promise<OpenQueue> {
  const create = async (QueueName: string): Promise<string> => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }));
    return new URL(new URL(QueueUrl).pathname, endpoint).href; // its host may not resolve
  };
  const receive = async (QueueUrl: string, MaxNumberOfMessages: number) => {
    const asked = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, ...asked }));
    return Messages;
  };
  const url = await create(`work-${name}`);
  const deadLettersUrl = await create(`dead-${name}`);
  return {
    queue: sqsQueue({ client, url, deadLettersUrl, batchesInFlight: 3 }),
    receive: async (most) =>
      (await receive(url, most)).map((message) => ({
        messageId: message.MessageId ?? '',
        receiptHandle: message.ReceiptHandle ?? '',
        body: message.Body ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount),
        firstReceivedAt: new Date(Number(message.Attributes?.ApproximateFirstReceiveTimestamp)),
      })),
    dead: async () =>
      (await receive(deadLettersUrl, 10)).map(({ Body = '', MessageAttributes = {} }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([attribute, { StringValue = '' }]) => [attribute, StringValue]),
        ),
      })),
  };
}
