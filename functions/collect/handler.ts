/** collect ← schedule: a run, if it is time for one, then a piece of the scrub. */
import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import type { ScheduledEvent } from 'aws-lambda';
import { createRecordLog } from '../../events/log-record.ts';
import { openRecordSink } from '../../shared/analytics/record-sink.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { signalOf } from '../../shared/queue/deadline.ts';
import { createCollector, type Outcome } from './collector.ts';
import { policyOf, readCollectConfig } from './config.ts';
import { meterRun, meterScrub } from './meter.ts';
import { openScrub } from './scrub/open-scrub.ts';

const environment = await deployedEnvironment();
const config = readCollectConfig(environment);
const collector = createCollector({
  bucket: openBucket(config.BUCKET, config),
  state: openBucket(config.STATE, config),
  policy: policyOf(config),
  log: createLog({ fields: { function: 'collect' }, level: config.LOG_LEVEL }),
  records: createRecordLog(openRecordSink(config.SPOOL)),
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  holder: `${config.LEASE_HOLDER}/collect`,
});

const scrub = openScrub(environment);
const metrics = openMetrics(config, 'collect');

/** What time a run leaves is the scrub's. */
export const handler = middy<ScheduledEvent, Outcome>().handler(async (_event, context) => {
  const endsAt = Date.now() + context.getRemainingTimeInMillis();
  const signal = signalOf(context);
  const outcome = await collector.run({ whenDue: true, endsAt }, signal);
  meterRun(outcome, metrics);
  meterScrub(await scrub({ endsAt }, signal), metrics);
  return outcome;
});
