/** The SDK's client as our queues need it: every wait ends. Where the queue is and who we are, AWS's own variables say. */
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

const SECOND = 1_000;

export const openSqsClient = (more: SQSClientConfig = {}): SQSClient =>
  new SQSClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5 * SECOND,
      requestTimeout: 30 * SECOND, // longer than a long poll
      throwOnRequestTimeout: true,
    },
    ...more,
  });
