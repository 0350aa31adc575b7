/** What detect needs to be told. */
import { BUCKET_KEYS } from '../../shared/bucket/keys.ts';
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../shared/config/env.ts';
import {
  bytes,
  contact,
  flag,
  integer,
  level,
  listOf,
  optional,
  rate,
  text,
  url,
} from '../../shared/config/readers.ts';
import { METRICS_SETTINGS } from '../../shared/metrics.ts';
import { parseChannelName } from '../../shared/nix/release.ts';

export const readDetectConfig = (environment?: Environment) =>
  readEnv(
    {
      CHANNELS: listOf('channel names', parseChannelName),
      CHANNELS_URL: url(DEFAULTS.CHANNELS_URL),
      RELEASES_URL: url(DEFAULTS.RELEASES_URL),
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      COPY_QUEUE_URL: url(),
      MIRROR_IMAGES: flag(false),
      MIN_FREE_BYTES: bytes(DEFAULTS.MIN_FREE_BYTES),
      UPSTREAM_CONNECTIONS: integer(1, 1000, 16),
      UPSTREAM_BYTES_PER_SECOND: optional(rate()),
      CONTACT: contact(DEFAULTS.CONTACT),
      /** Where records go on one machine; deployed, nobody sets it (shared/analytics/record-sink.ts). */
      SPOOL: optional(text()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );
