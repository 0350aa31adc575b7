/** SQS's messages as Lambda's event, and Lambda's answer to them. */
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { RuntimeFailed } from '../shared/errors.ts';

/** See https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html for a specimen. */
export function toSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, queueArn)) };
}

function toRecord(message: Message, eventSourceARN: string): SQSRecord {
  const { Attributes: attributes = {}, MessageAttributes = {} } = message;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: attributes.SentTimestamp ?? '0',
      SenderId: attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '0',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, value]) => [
        name,
        {
          dataType: value.DataType ?? 'String',
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
          ...(value.BinaryValue === undefined
            ? {}
            : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: eventSourceARN.split(':')[3] ?? '',
  };
}

/**
 * Which messages a function did not do, as ReportBatchItemFailures has it: null or an empty list means that all are done;
 * an answer that makes no sense, or an id that was not asked about, means that the whole batch failed.
 * @throws {RuntimeFailed} for a failed batch.
 */
export function failuresIn(answer: unknown, messageIds: ReadonlySet<string>): ReadonlySet<string> {
  const list = (answer as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (list === undefined || list === null) {
    if (answer === null || answer === undefined || typeof answer === 'object') return new Set();
    throw new RuntimeFailed('the function answered a batch with something else than batch item failures');
  }
  const ids = Array.isArray(list)
    ? list.map((item: unknown) => (item as { itemIdentifier?: unknown })?.itemIdentifier)
    : [undefined];
  const known = ids.filter((id): id is string => typeof id === 'string' && messageIds.has(id));
  if (known.length < ids.length) throw new RuntimeFailed('the function reported a failure of no message of the batch');
  return new Set(known);
}
