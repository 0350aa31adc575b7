/** load ← log stream: makes rows of its records, each exactly once. */
import middy from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { signalOf } from '../../shared/queue/deadline.ts';
import { clickHouseLogTables } from './clickhouse-log-tables.ts';
import { readLoadConfig } from './config.ts';
import { load, type Outcome } from './load.ts';

const config = readLoadConfig(await deployedEnvironment());
const deps = {
  tables:
    config.CLICKHOUSE_URL &&
    clickHouseLogTables(openClickHouse(config.CLICKHOUSE_URL, { requestTimeoutMs: 60_000, packed: true })),
  now: () => new Date(),
  metrics: openMetrics(config, 'load'),
  log: createLog({ fields: { function: 'load' }, level: config.LOG_LEVEL }),
};

export const handler = middy<unknown, SQSBatchResponse | Outcome>().handler((event, context) =>
  load(event, deps, signalOf(context)),
);
