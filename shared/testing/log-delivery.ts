/** Deliveries of the log stream as CloudWatch Logs makes them. */
import { gzipSync } from 'node:zlib';

export interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
}

export interface Subscription {
  readonly awslogs: { readonly data: string };
}

export function subscription(
  logEvents: readonly LogEvent[],
  more: Readonly<Record<string, unknown>> = {},
): Subscription {
  return packed({
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: '/aws/lambda/copycat-dev-serve',
    logStream: '2026/11/25/[$LATEST]1f0f',
    subscriptionFilters: ['load'],
    logEvents,
    ...more,
  });
}

export const packed = (message: unknown): Subscription => ({
  awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') },
});

/** The record that Lambda leaves of an invocation that failed for good. */
export const failedInvocation = (requestPayload: unknown) => ({
  version: '1.0',
  timestamp: '2026-11-25T09:00:00.000Z',
  requestContext: {
    requestId: 'e4b46cbf-b738-4f21-9f7c-1d1c9a7c0f43',
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:copycat-dev-load:$LATEST',
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType: 'AnalyticsFailed', errorMessage: 'could not insert into requests: ECONNREFUSED' },
});

export const sqsBatch = (bodies: Readonly<Record<string, string>>) => ({
  Records: Object.entries(bodies).map(([messageId, body]) => ({
    messageId,
    receiptHandle: 'AQEB',
    body,
    attributes: { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: '1795402801000' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:copycat-dev-load-failures',
    awsRegion: 'us-east-1',
  })),
});
