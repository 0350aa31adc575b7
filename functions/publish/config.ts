/** What publish needs to be told. */
import { randomUUID } from 'node:crypto';
import { BUCKET_KEYS } from '../../shared/bucket/keys.ts';
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { bytes, clickHouseUrl, contact, integer, level, optional, text, url } from '../../shared/config/readers.ts';
import { METRICS_SETTINGS } from '../../shared/metrics.ts';

export const readPublishConfig = (environment?: Environment) =>
  readEnv(
    {
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      COPY_QUEUE_URL: url(),
      MAX_BUCKET_BYTES: optional(bytes()),
      UPSTREAM_URL: url(DEFAULTS.UPSTREAM_URL),
      CONTACT: contact(DEFAULTS.CONTACT),
      CLICKHOUSE_URL: optional(clickHouseUrl()),
      CACHE_PRIORITY: integer(0, 1_000, DEFAULTS.CACHE_PRIORITY),
      /** One machine's runtime names itself; anywhere else each process is its own. */
      LEASE_HOLDER: text(randomUUID()),
      /** Where records go on one machine; deployed, nobody sets it (shared/analytics/record-sink.ts). */
      SPOOL: optional(text()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );
