/** copy ← copy queue: brings store paths, and says staged. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type CopyRequested, parseCopyRequested } from '../../events/copy-requested.ts';
import { createRecordLog } from '../../events/log-record.ts';
import { openRecordSink } from '../../shared/analytics/record-sink.ts';
import { freeSpace } from '../../shared/bucket/free-space.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { troubleWithAny } from '../../shared/bucket/probe.ts';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { consumeBatch, type Run } from '../../shared/queue/consume-batch.ts';
import { openSqsClient } from '../../shared/queue/open.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { httpBinaryCache } from '../../shared/upstream/binary-cache.ts';
import { createHttpClient } from '../../shared/upstream/http-client.ts';
import { userAgent } from '../../shared/upstream/user-agent.ts';
import { lackOfAllowance } from './allowance.ts';
import { answerRequest, writeFailing } from './answer-request.ts';
import { readCopyConfig } from './config.ts';
import { createCopyMeter } from './meter.ts';
import { pausedWithoutBucket } from './pause.ts';
import { lackOfRoom } from './room.ts';
import { tellFailure } from './tell.ts';

const config = readCopyConfig(await deployedEnvironment());
const log = createLog({ fields: { function: 'copy' }, level: config.LOG_LEVEL });
const onLost = (count: number, error: unknown) => log.warn('records.lost', { count, error });
const meter = createCopyMeter(createRecordLog(openRecordSink(config.SPOOL, { onLost })), openMetrics(config, 'copy'));
const { records } = meter;
const [bucket, state] = [openBucket(config.BUCKET, config), openBucket(config.STATE, config)];
const http = createHttpClient({
  userAgent: userAgent(config.CONTACT),
  origins: [config.UPSTREAM_URL],
  connections: config.UPSTREAM_CONNECTIONS,
  bytesPerSecond: config.UPSTREAM_BYTES_PER_SECOND,
  breakerStore: state,
  log,
});
const deps = {
  upstream: httpBinaryCache(config.UPSTREAM_URL, http),
  bucket,
  state,
  trustedKeys: config.TRUSTED_PUBLIC_KEYS,
  maxNarBytes: config.COPY_MAX_NAR_BYTES,
  copyLogs: config.COPY_LOGS,
  retryAfterMs: config.RETRY_UNAVAILABLE_AFTER,
  now: () => new Date(),
  log,
  records,
};
const disks = [
  { bucket: bucket.name, free: () => freeSpace(config.BUCKET) },
  { bucket: state.name, free: () => freeSpace(config.STATE) },
];
const allowance = { bucket, state, limit: config.MAX_BUCKET_BYTES };
const work = pausedWithoutBucket((request: CopyRequested, run: Run) => answerRequest(request, deps, run), {
  lackOfRoom: async () => (await lackOfRoom(disks, config.MIN_FREE_BYTES)) ?? lackOfAllowance(allowance),
  trouble: () => troubleWithAny([bucket, state], { needed: ['put', 'head'] }), // copy need not be allowed to delete
  now: deps.now,
  log,
});
const queue = sqsQueue({
  client: openSqsClient(),
  url: config.COPY_QUEUE_URL,
  deadLettersUrl: config.COPY_DEAD_LETTERS_URL,
});

export const handler = middy<SQSEvent, SQSBatchResponse>().handler(
  meter.handler(
    consumeBatch(
      {
        parse: parseCopyRequested,
        work: meter.work(work),
        beforeBury: async (request, error) => request && writeFailing(request.hash, error, deps),
        onFailure: (failure) => tellFailure(failure, records),
      },
      { queue, log, patience: { receives: config.COPY_PATIENCE_RECEIVES, ms: config.COPY_PATIENCE } },
    ),
  ),
);
