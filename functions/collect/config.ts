/** What collect needs to be told. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { BUCKET_KEYS } from '../../shared/bucket/keys.ts';
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { bytes, duration, integer, level, listOf, optional, share, text } from '../../shared/config/readers.ts';
import { METRICS_SETTINGS } from '../../shared/metrics.ts';
import { type ChannelName, parseChannelName } from '../../shared/nix/release.ts';
import { NAR_GRACE_MS } from './condemn.ts';
import type { CollectPolicy } from './plan-collection.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

/** What is retained: the same for whoever collects. */
export const RETENTION = {
  RETAIN_RELEASES: integer(1, 1_000, DEFAULTS.RETAIN_RELEASES),
  RETAIN_DAYS: integer(1, 36_500, DEFAULTS.RETAIN_DAYS),
  RETAIN_BYTES: optional(bytes()),
  /** Whoever has just seen that something is here must have time to rely on it. */
  COLLECT_GRACE: v.pipe(duration(DEFAULTS.COLLECT_GRACE), v.minValue(HOUR_MS, 'must be at least 1h')),
  COLLECT_MOST_SHARE: share(DEFAULTS.COLLECT_MOST_SHARE),
};

type Retention = { readonly [K in keyof typeof RETENTION]: v.InferOutput<(typeof RETENTION)[K]> };

export const policyOf = (settings: Retention & { readonly CHANNELS: readonly ChannelName[] }): CollectPolicy => ({
  channels: settings.CHANNELS,
  releases: settings.RETAIN_RELEASES,
  ms: settings.RETAIN_DAYS * DAY_MS,
  mostBytes: settings.RETAIN_BYTES ?? Number.POSITIVE_INFINITY,
  mostShare: settings.COLLECT_MOST_SHARE,
  grace: { names: settings.COLLECT_GRACE, nars: NAR_GRACE_MS, channels: settings.RETAIN_DAYS * DAY_MS },
});

export const readCollectConfig = (environment?: Environment) =>
  readEnv(
    {
      CHANNELS: listOf('channel names', parseChannelName),
      ...RETENTION,
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      SPOOL: optional(text()),
      LEASE_HOLDER: text(randomUUID()),
      ...METRICS_SETTINGS,
      LOG_LEVEL: level('info'),
    },
    environment,
  );
