/**
 * What one machine is told: every variable of README's Configuration, read whole before anything is touched. Functions
 * read what is theirs again, in processes of their own.
 */
import { availableParallelism } from 'node:os';
import { parseBucketUrl } from '../shared/bucket/open.ts';
import { type Environment, type Reader, readEnv } from '../shared/config/env.ts';
import { duration, integer, level, listOf, optional, parsed, text, url } from '../shared/config/readers.ts';
import { parseChannelName } from '../shared/nix/release.ts';
import { CACHE_NIXOS_ORG_1, parsePublicKey } from '../shared/nix/signature.ts';

export type LocalConfig = ReturnType<typeof readLocalConfig>;

const HOUR_MS = 3_600_000;
const COPIES_PER_CORE = 8;
/** What upstream should see of one client, however large its machine. */
const MOST_COPIES = 32;

/** The text stays as it is, for the functions to open. */
const storeUrl = (): Reader<string | undefined> =>
  optional(
    parsed('a store URL such as file:///var/lib/copycat/cache', (value) => {
      parseBucketUrl(value);
      return value;
    }),
  );

/** @throws {InvalidConfig} that names everything that is missing or wrong. */
export const readLocalConfig = (environment?: Environment) =>
  readEnv(
    {
      UPSTREAM_URL: url('https://cache.nixos.org'),
      CHANNELS_URL: url('https://channels.nixos.org'),
      RELEASES_URL: url('https://releases.nixos.org'),
      TRUSTED_PUBLIC_KEYS: listOf('public keys as name:base64', parsePublicKey, [CACHE_NIXOS_ORG_1]),
      CHANNELS: listOf('channel names such as nixos-unstable-small', parseChannelName),
      POLL_INTERVAL: duration(3 * HOUR_MS),
      DATA_DIR: text('./data'),
      BUCKET: storeUrl(),
      STATE: storeUrl(),
      AWS_ENDPOINT_URL_SQS: optional(url()),
      AWS_REGION: text('us-east-1'),
      HOST: text('127.0.0.1'),
      PORT: integer(0, 65_535, 8080),
      PUBLIC_URL: optional(url()),
      CACHE_PRIORITY: integer(0, 1_000, 41),
      COPY_CONCURRENCY: integer(1, 1_000, Math.min(MOST_COPIES, COPIES_PER_CORE * availableParallelism())),
      UPSTREAM_CONNECTIONS: optional(integer(1, 1_000)),
      COPY_PATIENCE: optional(duration()),
      COPY_PATIENCE_RECEIVES: optional(integer(1, 90)),
      RETRY_UNAVAILABLE_AFTER: duration(3 * HOUR_MS),
      LOG_LEVEL: level('info'),
    },
    environment,
  );
