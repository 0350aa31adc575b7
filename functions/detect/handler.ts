/** detect ← schedule: sees that channels moved, and asks for what their releases need. */
import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { createRecordLog } from '../../events/log-record.ts';
import { openRecordSink } from '../../shared/analytics/record-sink.ts';
import { freeSpace } from '../../shared/bucket/free-space.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { signalOf } from '../../shared/queue/deadline.ts';
import { openSqsClient } from '../../shared/queue/open.ts';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { httpChannels } from '../../shared/upstream/channels.ts';
import { createHttpClient } from '../../shared/upstream/http-client.ts';
import { userAgent } from '../../shared/upstream/user-agent.ts';
import { readDetectConfig } from './config.ts';
import { type DetectedAll, detectAll } from './detect.ts';

const config = readDetectConfig(await deployedEnvironment());
const log = createLog({ fields: { function: 'detect' }, level: config.LOG_LEVEL });
const onLost = (count: number, error: unknown) => log.warn('records.lost', { count, error });
const state = openBucket(config.STATE, config);
const http = createHttpClient({
  userAgent: userAgent(config.CONTACT),
  origins: [config.CHANNELS_URL, config.RELEASES_URL],
  connections: config.UPSTREAM_CONNECTIONS,
  bytesPerSecond: config.UPSTREAM_BYTES_PER_SECOND,
  breakerStore: state,
  log,
});
const deps = {
  channels: httpChannels(config.CHANNELS_URL, config.RELEASES_URL, http),
  bucket: openBucket(config.BUCKET, config),
  state,
  copyQueue: sqsQueue({ client: openSqsClient(), url: config.COPY_QUEUE_URL }),
  log,
  records: createRecordLog(openRecordSink(config.SPOOL, { onLost })),
  metrics: openMetrics(config, 'detect'),
  now: () => new Date(),
  mirrorImages: config.MIRROR_IMAGES,
  async room() {
    const free = await freeSpace(config.BUCKET).catch(() => undefined); // then a put says what is wrong
    return free === undefined ? undefined : free - config.MIN_FREE_BYTES;
  },
};

export const handler = middy<ScheduledEvent, DetectedAll>().handler((_event, context) =>
  detectAll(config.CHANNELS, deps, signalOf(context)),
);
