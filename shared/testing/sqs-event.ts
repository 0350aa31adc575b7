/** Lambda's SQS events as tests need them. */
import type { SQSEvent, SQSRecord } from 'aws-lambda';

export interface RecordOptions {
  readonly receives?: number;
  readonly firstReceivedAt?: Date;
}

export const sqsEvent = (bodies: readonly string[], options: RecordOptions = {}): SQSEvent => ({
  Records: bodies.map((body, index) => sqsRecord(`m${index}`, body, options)),
});

function sqsRecord(id: string, body: string, { receives = 1, firstReceivedAt = new Date() }: RecordOptions): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(firstReceivedAt.getTime()),
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt.getTime()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test',
    awsRegion: 'us-east-1',
  };
}
