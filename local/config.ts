/**
 * What one machine is told: every variable of README's Configuration, read whole before anything is touched. Functions
 * read what is theirs again, in processes of their own.
 */
import { availableParallelism } from 'node:os';
import * as v from 'valibot';
import { RETENTION } from '../functions/collect/config.ts';
import type { Delivery } from '../functions/serve/delivery.ts';
import { parseNetwork } from '../functions/serve/trusted-proxies.ts';
import { BUCKET_KEYS, credentialsOf } from '../shared/bucket/keys.ts';
import { parseBucketUrl } from '../shared/bucket/open.ts';
import { DEFAULTS } from '../shared/config/defaults.ts';
import { type Environment, type Reader, readEnv } from '../shared/config/env.ts';
import {
  bytes,
  contact,
  duration,
  flag,
  headerName,
  hostUrl,
  integer,
  level,
  listOf,
  oneOf,
  optional,
  rate,
  text,
  token,
  url,
} from '../shared/config/readers.ts';
import { InvalidConfig, Malformed } from '../shared/errors.ts';
import { parseChannelName } from '../shared/nix/release.ts';
import { CACHE_NIXOS_ORG_1, parsePublicKey } from '../shared/nix/signature.ts';
import { ANALYTICS_READERS } from './analytics-config.ts';
import { bucketsOf, overlap } from './data-dir.ts';

export type LocalConfig = ReturnType<typeof readLocalConfig>;

const HOUR_MS = 3_600_000;
const COPIES_PER_CORE = 8;
/** What upstream should see of one client, however large its machine. */
const MOST_COPIES = 32;
const MOST_SERVING = 4;

/** The text stays as it is, for the functions to open. What is wrong with it is said in the words of who reads it. */
const storeUrl = (): Reader<string | undefined> =>
  optional(
    v.pipe(
      v.string(),
      v.check(isStoreUrl, ({ input }) => `is ${complaintAbout(input)}`),
    ),
  );

const isStoreUrl = (text: string): boolean => complaintAbout(text) === undefined;

function complaintAbout(storeUrl: string): string | undefined {
  try {
    parseBucketUrl(storeUrl);
    return undefined;
  } catch (error) {
    return error instanceof Malformed ? error.message : 'not a bucket';
  }
}

const CHANNEL_NAMES = 'channel names such as nixos-unstable-small';

/** @param channels how CHANNELS is read */
export const readSettings = <T>(environment: Environment | undefined, channels: Reader<T>) =>
  readEnv(
    {
      UPSTREAM_URL: url(DEFAULTS.UPSTREAM_URL),
      CHANNELS_URL: url(DEFAULTS.CHANNELS_URL),
      RELEASES_URL: url(DEFAULTS.RELEASES_URL),
      TRUSTED_PUBLIC_KEYS: listOf('public keys as name:base64', parsePublicKey, [CACHE_NIXOS_ORG_1]),
      CHANNELS: channels,
      POLL_INTERVAL: duration(3 * HOUR_MS),
      BUCKET: storeUrl(),
      STATE: storeUrl(),
      ...BUCKET_KEYS,
      AWS_ENDPOINT_URL_SQS: optional(url()),
      AWS_REGION: text('us-east-1'),
      HOST: text('127.0.0.1'),
      PORT: integer(0, 65_535, 8080),
      PUBLIC_URL: optional(hostUrl()),
      SERVE_PROCESSES: integer(1, 64, Math.min(MOST_SERVING, availableParallelism())),
      TRUST_PROXY: listOf('addresses and networks such as 127.0.0.1 or 10.0.0.0/8', parseNetwork, []),
      COUNTRY_HEADER: optional(headerName()),
      ON_MISS: oneOf(['404', 'pull'], '404'),
      PULL_PATHS_PER_DAY: integer(0, DEFAULTS.MOST_PULL_PATHS_PER_DAY, DEFAULTS.PULL_PATHS_PER_DAY),
      PULL_BYTES_PER_DAY: bytes(DEFAULTS.PULL_BYTES_PER_DAY),
      CACHE_PRIORITY: integer(0, 1_000, DEFAULTS.CACHE_PRIORITY),
      NAR_DELIVERY: oneOf<Delivery['kind']>(['stream', 'redirect'], 'stream'),
      S3_PUBLIC_ENDPOINT: optional(url()),
      REDIRECT_LIFETIME: duration(DEFAULTS.REDIRECT_LIFETIME),
      NARINFO_CACHE_BYTES: bytes(DEFAULTS.NARINFO_CACHE_BYTES),
      COPY_CONCURRENCY: integer(1, 1_000, Math.min(MOST_COPIES, COPIES_PER_CORE * availableParallelism())),
      UPSTREAM_CONNECTIONS: optional(integer(3, 1_000)), // one is detect's, one publish's
      UPSTREAM_BYTES_PER_SECOND: optional(rate()),
      COPY_MAX_NAR_BYTES: optional(bytes()),
      MAX_BUCKET_BYTES: optional(bytes()),
      MIN_FREE_BYTES: bytes(DEFAULTS.MIN_FREE_BYTES),
      ...RETENTION,
      COPY_LOGS: flag(false),
      MIRROR_IMAGES: flag(false),
      SCRUB_BYTES_PER_DAY: bytes(DEFAULTS.SCRUB_BYTES_PER_DAY),
      COPY_PATIENCE: optional(duration()),
      COPY_PATIENCE_RECEIVES: optional(integer(1, 90)),
      RETRY_UNAVAILABLE_AFTER: duration(DEFAULTS.RETRY_UNAVAILABLE_AFTER),
      ...ANALYTICS_READERS,
      ANALYTICS_THRESHOLD: integer(0, 1_000_000, DEFAULTS.ANALYTICS_THRESHOLD),
      METRICS_TOKEN: optional(token()),
      MIRROR_NAME: optional(text()),
      CONTACT: contact(DEFAULTS.CONTACT),
      SOURCE_URL: url(DEFAULTS.SOURCE_URL),
      ISSUES_URL: url(DEFAULTS.ISSUES_URL),
      SUPPORT_URL: url(DEFAULTS.SUPPORT_URL),
      LOG_LEVEL: level('info'),
    },
    environment,
  );

/** @throws {InvalidConfig} that names everything that is missing or wrong. */
export function readLocalConfig(environment?: Environment) {
  const settings = readSettings(environment, listOf(CHANNEL_NAMES, parseChannelName));
  credentialsOf(settings);
  if (overlap(bucketsOf(settings))) {
    throw new InvalidConfig([
      'BUCKET and STATE must be two buckets, and neither in the other: the public one is for everybody to read',
    ]);
  }
  if (settings.NAR_DELIVERY === 'redirect' && !settings.BUCKET?.startsWith('s3:')) {
    throw new InvalidConfig(['NAR_DELIVERY can only be redirect where BUCKET is s3://']);
  }
  return settings;
}
