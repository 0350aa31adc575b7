/** What load needs to be told. */
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { clickHouseUrl, level, optional } from '../../shared/config/readers.ts';
import { METRICS_SETTINGS } from '../../shared/metrics.ts';

export const readLoadConfig = (environment?: Environment) =>
  readEnv(
    {
      /** Of a user that may insert. Undefined: there is no ClickHouse, and the log stream leads nowhere. */
      CLICKHOUSE_URL: optional(clickHouseUrl()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );
