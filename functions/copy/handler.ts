/** copy ← copy queue: brings store paths, and says staged. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { createLog } from '../../shared/log.ts';
import { consumeBatch } from '../../shared/queue/consume-batch.ts';
import { openSqsClient } from '../../shared/queue/open.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { httpBinaryCache } from '../../shared/upstream/binary-cache.ts';
import { createHttpClient } from '../../shared/upstream/http-client.ts';
import { userAgent } from '../../shared/upstream/user-agent.ts';
import { answerRequest, writeFailing } from './answer-request.ts';
import { readCopyConfig } from './config.ts';

const config = readCopyConfig();
const log = createLog({ fields: { function: 'copy' }, level: config.LOG_LEVEL });
const http = createHttpClient({
  userAgent: userAgent(config.CONTACT),
  origins: [config.UPSTREAM_URL],
  connections: config.UPSTREAM_CONNECTIONS,
});
const deps = {
  upstream: httpBinaryCache(config.UPSTREAM_URL, http),
  bucket: openBucket(config.BUCKET),
  state: openBucket(config.STATE),
  trustedKeys: config.TRUSTED_PUBLIC_KEYS,
  copyLogs: config.COPY_LOGS,
  retryAfterMs: config.RETRY_UNAVAILABLE_AFTER,
  now: () => new Date(),
  log,
};
const queue = sqsQueue({
  client: openSqsClient(),
  url: config.COPY_QUEUE_URL,
  deadLettersUrl: config.COPY_DEAD_LETTERS_URL,
});

export const handler = middy<SQSEvent, SQSBatchResponse>().handler(
  consumeBatch(
    {
      parse: parseCopyRequested,
      work: (request, run) => answerRequest(request, deps, run),
      beforeBury: async (request, error) => request && writeFailing(request.hash, error, deps),
    },
    { queue, log, patience: { receives: config.COPY_PATIENCE_RECEIVES, ms: config.COPY_PATIENCE } },
  ),
);
