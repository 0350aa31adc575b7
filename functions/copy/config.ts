/** What copy needs to be told. */
import { BUCKET_KEYS } from '../../shared/bucket/keys.ts';
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../shared/config/env.ts';
import {
  bytes,
  contact,
  duration,
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
import { CACHE_NIXOS_ORG_1, parsePublicKey } from '../../shared/nix/signature.ts';

export const readCopyConfig = (environment?: Environment) =>
  readEnv(
    {
      UPSTREAM_URL: url(DEFAULTS.UPSTREAM_URL),
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      TRUSTED_PUBLIC_KEYS: listOf('public keys as name:base64', parsePublicKey, [CACHE_NIXOS_ORG_1]),
      COPY_QUEUE_URL: url(),
      COPY_DEAD_LETTERS_URL: url(),
      COPY_PATIENCE: duration(6 * 3_600_000),
      COPY_PATIENCE_RECEIVES: integer(1, 90, 8),
      RETRY_UNAVAILABLE_AFTER: duration(DEFAULTS.RETRY_UNAVAILABLE_AFTER),
      COPY_LOGS: flag(false),
      UPSTREAM_CONNECTIONS: integer(1, 1000, 16),
      UPSTREAM_BYTES_PER_SECOND: optional(rate()),
      COPY_MAX_NAR_BYTES: optional(bytes()),
      MAX_BUCKET_BYTES: optional(bytes()),
      MIN_FREE_BYTES: bytes(DEFAULTS.MIN_FREE_BYTES),
      CONTACT: contact(DEFAULTS.CONTACT),
      /** Where records go on one machine; deployed, nobody sets it (shared/analytics/record-sink.ts). */
      SPOOL: optional(text()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );
