/** What load needs to be told. */
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { clickHouseUrl, level, oneOf, optional, text } from '../../shared/config/readers.ts';
import { NAMESPACE } from '../../shared/metrics.ts';

export const readLoadConfig = (environment?: Environment) =>
  readEnv(
    {
      /** Of a user that may insert. Undefined: there is no ClickHouse, and the log stream leads nowhere. */
      CLICKHOUSE_URL: optional(clickHouseUrl()),
      /** Where metrics go: deployed, serverless.yml says `emf` (shared/metrics.ts). */
      METRICS: oneOf<'emf' | 'off'>(['emf', 'off'], 'off'),
      METRICS_NAMESPACE: text(NAMESPACE),
      LOG_LEVEL: level('info'),
    },
    environment,
  );
