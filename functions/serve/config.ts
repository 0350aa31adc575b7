/** What serve needs to be told. */
import { BUCKET_KEYS } from '../../shared/bucket/keys.ts';
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../shared/config/env.ts';
import {
  bytes,
  clickHouseUrl,
  contact,
  duration,
  headerName,
  hostUrl,
  integer,
  level,
  listOf,
  oneOf,
  optional,
  text,
  token,
  url,
} from '../../shared/config/readers.ts';
import { METRICS_SETTINGS } from '../../shared/metrics.ts';
import { parseChannelName } from '../../shared/nix/release.ts';
import { CACHE_NIXOS_ORG_1, parsePublicKey } from '../../shared/nix/signature.ts';
import type { Delivery } from './delivery.ts';
import type { OnMiss } from './pull/open.ts';
import { parseNetwork } from './trusted-proxies.ts';

export const readServeConfig = (environment?: Environment) =>
  readEnv(
    {
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      CHANNELS: listOf('channel names', parseChannelName, []),
      CACHE_PRIORITY: integer(0, 1_000, DEFAULTS.CACHE_PRIORITY),
      HOST: text('127.0.0.1'),
      PORT: integer(0, 65_535, 8080),
      PUBLIC_URL: optional(hostUrl()),
      TRUST_PROXY: listOf('addresses and networks such as 127.0.0.1 or 10.0.0.0/8', parseNetwork, []),
      NAR_DELIVERY: oneOf<Delivery['kind']>(['stream', 'redirect'], 'stream'),
      S3_PUBLIC_ENDPOINT: optional(url()),
      REDIRECT_LIFETIME: duration(DEFAULTS.REDIRECT_LIFETIME),
      NARINFO_CACHE_BYTES: bytes(DEFAULTS.NARINFO_CACHE_BYTES),
      ON_MISS: oneOf<OnMiss>(['404', 'pull'], '404'),
      PULL_PATHS_PER_DAY: integer(0, DEFAULTS.MOST_PULL_PATHS_PER_DAY, DEFAULTS.PULL_PATHS_PER_DAY),
      PULL_BYTES_PER_DAY: bytes(DEFAULTS.PULL_BYTES_PER_DAY),
      UPSTREAM_URL: url(DEFAULTS.UPSTREAM_URL),
      TRUSTED_PUBLIC_KEYS: listOf('public keys as name:base64', parsePublicKey, [CACHE_NIXOS_ORG_1]),
      COPY_QUEUE_URL: optional(url()),
      CONTACT: contact(DEFAULTS.CONTACT),
      MAX_BUCKET_BYTES: optional(bytes()),
      MIN_FREE_BYTES: bytes(DEFAULTS.MIN_FREE_BYTES),
      POLL_INTERVAL: duration(3 * 3_600_000),
      CLICKHOUSE_URL: optional(clickHouseUrl()),
      ANALYTICS_THRESHOLD: integer(0, 1_000_000, DEFAULTS.ANALYTICS_THRESHOLD),
      METRICS_TOKEN: optional(token()),
      MIRROR_NAME: optional(text()),
      SOURCE_URL: url(DEFAULTS.SOURCE_URL),
      ISSUES_URL: url(DEFAULTS.ISSUES_URL),
      SUPPORT_URL: url(DEFAULTS.SUPPORT_URL),
      COUNTRY_HEADER: optional(headerName()),
      /** Where records go (shared/analytics/record-sink.ts). */
      SPOOL: optional(text()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );

export type ServeConfig = ReturnType<typeof readServeConfig>;
