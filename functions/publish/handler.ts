/** publish ← schedule: one tick of the only writer of names. */
import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { createRecordLog } from '../../events/log-record.ts';
import { openRecordSink } from '../../shared/analytics/record-sink.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { formatCacheInfo } from '../../shared/nix/cache-info.ts';
import { signalOf } from '../../shared/queue/deadline.ts';
import { openSqsClient } from '../../shared/queue/open.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { createHttpClient } from '../../shared/upstream/http-client.ts';
import { userAgent } from '../../shared/upstream/user-agent.ts';
import { readPublishConfig } from './config.ts';
import { openParts } from './open-parts.ts';
import { createPublisher, type Tick } from './publisher.ts';

const config = readPublishConfig(await deployedEnvironment());
const log = createLog({ fields: { function: 'publish' }, level: config.LOG_LEVEL });
const onLost = (count: number, error: unknown) => log.warn('records.lost', { count, error });
const bucket = openBucket(config.BUCKET, config);
/** One attempt a minute: whoever copies finds out more. */
const http = createHttpClient({
  userAgent: userAgent(config.CONTACT),
  origins: [config.UPSTREAM_URL],
  connections: 1,
  attempts: 1,
});
const publisher = createPublisher({
  bucket,
  state: openBucket(config.STATE, config),
  copyQueue: sqsQueue({ client: openSqsClient(), url: config.COPY_QUEUE_URL }),
  log,
  records: createRecordLog(openRecordSink(config.SPOOL, { onLost })),
  metrics: openMetrics(config, 'publish'),
  now: () => new Date(),
  holder: config.LEASE_HOLDER,
  maxBucketBytes: config.MAX_BUCKET_BYTES,
  parts: openParts({ bucket, upstreamUrl: config.UPSTREAM_URL, http, clickHouse: config.CLICKHOUSE_URL }),
  cacheInfo: formatCacheInfo({ storeDir: '/nix/store', wantMassQuery: true, priority: config.CACHE_PRIORITY }),
});

export const handler = middy<ScheduledEvent, Tick>().handler((_event, context) => publisher.tick(signalOf(context)));
