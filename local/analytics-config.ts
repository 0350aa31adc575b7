/** What a machine is told about ClickHouse: which it is, and how its tables are made there. */
import type { ClickHousePlace } from '../shared/config/clickhouse-url.ts';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { type Environment, type Reader, readEnv, type Settings } from '../shared/config/env.ts';
import { bytes, clickHouseUrl, flag, optional, parsed, text } from '../shared/config/readers.ts';

/** `off`: none at all. Undefined: the embedded one. */
const clickHouse = (): Reader<ClickHousePlace | 'off' | undefined> =>
  optional(
    parsed('off, or an http or https address such as http://user:password@clickhouse:8123', (value) =>
      value === 'off' ? value : parseClickHouseUrl(value),
    ),
  );

const clusterName = (): Reader<string | undefined> =>
  optional(
    parsed('the name of a cluster: letters, digits, - and _', (value) => {
      if (!/^[\w-]{1,64}$/.test(value)) throw new RangeError();
      return value;
    }),
  );

const GIBIBYTE = 2 ** 30;

export const ANALYTICS_READERS = {
  DATA_DIR: text('./data'),
  CLICKHOUSE_URL: clickHouse(),
  /** Load's, where another user inserts than the one that reads. */
  CLICKHOUSE_INGEST_URL: optional(clickHouseUrl()),
  CLICKHOUSE_REPLICATED: flag(false),
  CLICKHOUSE_CLUSTER: clusterName(),
  SPOOL_BYTES: bytes(GIBIBYTE),
} as const;

export type AnalyticsConfig = Settings<typeof ANALYTICS_READERS>;

/** @throws {InvalidConfig} */
export const readAnalyticsConfig = (environment?: Environment): AnalyticsConfig =>
  readEnv(ANALYTICS_READERS, environment);
