/** One queue, as a trigger or an operator needs it: receive, delete what is done, give back what was not answered. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QueueFailed } from '../shared/errors.ts';
import type { QueueNames } from './queues.ts';

export interface Receiver {
  readonly queue: QueueNames;
  /** Waits when there is none, two seconds unless told. @param most ten, at most */
  receive(most: number, options?: ReceiveOptions): Promise<readonly Message[]>;
  /** @throws {QueueFailed} when some could not be deleted, though tried again: they will be delivered twice. */
  delete(messages: readonly Message[]): Promise<void>;
  /** They become visible again later, each the later the more often it was received. */
  giveBack(messages: readonly Message[], delaySeconds?: (message: Message) => number): Promise<void>;
}

export interface ReceiveOptions {
  readonly waitSeconds?: number;
  /** For how long nobody else receives them. Default: as the queue says. */
  readonly hideSeconds?: number;
}

/** Short, since a poll is not cut off at the end: what is received for nobody stays invisible for long. */
const WAIT_SECONDS = 2;
const TRIES = 3;
const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 900;

/**
 * The upper half by chance, for one message may be what the function died of: the others of its batch, which were received as often, do
 * not come back together with it for ever. Never 0: fauxqs loses the message until its next start (NOT NULL constraint in its
 * updateMessageReady).
 */
export function backOffSeconds({ Attributes }: Message, random: () => number = Math.random): number {
  const receives = Number(Attributes?.ApproximateReceiveCount ?? 1);
  const most = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(20, receives - 1));
  return Math.max(1, Math.round(most * (0.5 + random() / 2)));
}

export function receiver(client: Pick<SQSClient, 'send'>, queue: QueueNames): Receiver {
  const QueueUrl = queue.url;
  return {
    queue,
    async receive(most, { waitSeconds = WAIT_SECONDS, hideSeconds } = {}) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: most,
          WaitTimeSeconds: waitSeconds,
          ...(hideSeconds === undefined ? {} : { VisibilityTimeout: hideSeconds }),
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages;
    },
    delete: (messages) =>
      inOneBatch('delete', messages, async (entries) => {
        const Entries = entries.map(({ message, Id }) => ({ Id, ReceiptHandle: message.ReceiptHandle }));
        return client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }),
    giveBack: (messages, delaySeconds = (message) => backOffSeconds(message)) =>
      inOneBatch('give back', messages, async (entries) => {
        const Entries = entries.map(({ message, Id }) => ({
          Id,
          ReceiptHandle: message.ReceiptHandle,
          VisibilityTimeout: Math.max(1, delaySeconds(message)),
        }));
        return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      }),
  };

  /** Batches are answered with a 200 even when single entries were refused: those are tried again. */
  async function inOneBatch(
    operation: string,
    messages: readonly Message[],
    send: (entries: readonly { readonly Id: string; readonly message: Message }[]) => Promise<{
      readonly Failed?: readonly { readonly Id: string | undefined; readonly Code?: string | undefined }[] | undefined;
    }>,
  ): Promise<void> {
    let left = messages.map((message, index) => ({ Id: String(index), message }));
    let why: string | undefined;
    for (let tries = 0; left.length > 0 && tries < TRIES; tries += 1) {
      const { Failed = [] } = await send(left);
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
      why = Failed[0]?.Code;
    }
    if (left.length > 0)
      throw new QueueFailed(`could not ${operation} ${left.length} messages`, { queue: queue.url, answer: why });
  }
}
