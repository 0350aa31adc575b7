/** A queue on SQS, or on anything that speaks its API. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QueueFailed } from '../errors.ts';
import type { DeathCertificate, Depth, Queue } from './queue.ts';

export interface SqsQueueOptions {
  readonly client: Pick<SQSClient, 'send'>;
  readonly url: string;
  /** Where the dead go; a queue without one can't bury. */
  readonly deadLettersUrl?: string;
  /** Batches sent at the same time. */
  readonly batchesInFlight?: number;
}

const BATCH = 10; // SQS's most
const BATCHES_IN_FLIGHT = 16;
const RESENDS = 3;
/** SQS takes attribute values up to the message's size; a reason is for reading. */
const MOST_REASON = 1_000;

export function sqsQueue({ client, url, deadLettersUrl, batchesInFlight = BATCHES_IN_FLIGHT }: SqsQueueOptions): Queue {
  const name = url.slice(url.lastIndexOf('/') + 1);

  return {
    async sendAll(bodies, signal) {
      let sent = 0;
      let failing = false;
      const batches = inBatches(bodies);
      // The senders share one iterator: each takes the next batch when its last one is sent.
      const sender = async () => {
        for (let next = await take(batches); next && !failing; next = await take(batches)) {
          try {
            signal.throwIfAborted();
            await sendBatch(next, signal);
          } catch (error) {
            failing = true; // what the others have begun is sent; nothing new begins
            throw error;
          }
          sent += next.length;
        }
      };
      const settled = await Promise.allSettled(Array.from({ length: batchesInFlight }, sender));
      await batches.return(undefined);
      const failed = settled.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return sent;
    },

    async handBack({ receiptHandle }, delaySeconds) {
      const VisibilityTimeout = Math.min(43_200, Math.max(1, Math.round(delaySeconds)));
      await attempt('hand back', () =>
        client.send(
          new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: receiptHandle, VisibilityTimeout }),
        ),
      );
    },

    async bury({ body }, certificate) {
      if (!deadLettersUrl) throw new QueueFailed(`${name} has no dead letters`, { queue: name, operation: 'bury' });
      const attributes = attributesOf(certificate);
      await attempt('bury', () =>
        client.send(
          new SendMessageCommand({
            QueueUrl: deadLettersUrl,
            MessageBody: cutToFit(body, attributes),
            MessageAttributes: attributes,
          }),
        ),
      );
    },

    async depth(signal): Promise<Depth> {
      const { Attributes = {} } = await attempt('ask for the depth of', () =>
        client.send(
          new GetQueueAttributesCommand({
            QueueUrl: url,
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
              'ApproximateNumberOfMessagesDelayed',
            ],
          }),
          signal ? { abortSignal: signal } : {},
        ),
      );
      return {
        waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };

  /** A batch is answered with a 200 even when single messages were refused: those are sent again, then it is an error. */
  async function sendBatch(bodies: readonly string[], signal: AbortSignal): Promise<void> {
    let left = bodies;
    for (let round = 0; round <= RESENDS; round += 1) {
      const Entries = left.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      const { Failed = [] } = await attempt('send to', () =>
        client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }), { abortSignal: signal }),
      );
      if (Failed.length === 0) return;
      const fault = Failed.find(({ SenderFault }) => SenderFault);
      if (fault || round === RESENDS) throw refused(Failed.length, fault?.Code ?? Failed[0]?.Code);
      left = Failed.flatMap(({ Id }) => left[Number(Id)] ?? []);
    }
  }

  function refused(count: number, code: string | undefined): QueueFailed {
    return new QueueFailed(`${name} refused ${count} of a batch`, {
      queue: name,
      operation: 'send',
      count,
      answer: code,
    });
  }

  async function attempt<T>(operation: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw new QueueFailed(`could not ${operation} ${name}`, { queue: name, operation }, error);
    }
  }
}

/** SQS refuses empty attribute values. */
function attributesOf(certificate: DeathCertificate): Record<string, MessageAttributeValue> {
  const texts = {
    verdict: certificate.verdict,
    code: certificate.code,
    reason: certificate.reason.slice(0, MOST_REASON) || 'unknown',
    attempts: String(certificate.attempts),
    'first-seen': certificate.firstSeen.toISOString(),
    'buried-at': certificate.buriedAt.toISOString(),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, StringValue]) => [
      name,
      { DataType: name === 'attempts' ? 'Number' : 'String', StringValue: printable(StringValue) },
    ]),
  );
}

/** SQS's most, of body and attributes together. */
const MOST_BYTES = 1_048_576;

/** A message that just fits has no room for its reason. What is that large is none of ours, and its end is what it can do without. */
function cutToFit(body: string, attributes: Readonly<Record<string, MessageAttributeValue>>): string {
  const written = Object.entries(attributes).map(
    ([name, { DataType = '', StringValue = '' }]) => name + DataType + StringValue,
  );
  const room = MOST_BYTES - Buffer.byteLength(written.join(''));
  if (Buffer.byteLength(body) <= room) return body;
  return Buffer.from(body)
    .subarray(0, room - CUT_BYTES)
    .toString('utf8');
}

/** A character that is cut through becomes one of three bytes. */
const CUT_BYTES = 3;

/** SQS takes no control characters but tab and line breaks. */
const printable = (text: string): string => text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD');

async function* inBatches(bodies: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string[], undefined> {
  let batch: string[] = [];
  for await (const body of bodies) {
    batch.push(body);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
  return undefined;
}

const take = async (batches: AsyncGenerator<string[], undefined>): Promise<string[] | undefined> =>
  (await batches.next()).value;
