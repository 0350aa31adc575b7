/** load ← log stream: makes rows of its records, each exactly once. */
import middy from '@middy/core';
import type { CloudWatchLogsEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { readLoadConfig } from './config.ts';

readLoadConfig();

export const handler = middy<CloudWatchLogsEvent | SQSEvent, SQSBatchResponse>().handler((event) => {
  if (!('Records' in event)) throw new Error('not yet');
  return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
});
