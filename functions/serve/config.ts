/** What serve needs to be told. */
import { DEFAULTS } from '../../shared/config/defaults.ts';
import { readEnv } from '../../shared/config/env.ts';
import { bytes, duration, integer, level, listOf, oneOf, optional, text, url } from '../../shared/config/readers.ts';
import type { Delivery } from './delivery.ts';
import { parseNetwork } from './trusted-proxies.ts';

export const readServeConfig = () =>
  readEnv({
    BUCKET: text(),
    STATE: text(),
    CACHE_PRIORITY: integer(0, 1_000, DEFAULTS.CACHE_PRIORITY),
    HOST: text('127.0.0.1'),
    PORT: integer(0, 65_535, 8080),
    PUBLIC_URL: optional(url()),
    TRUST_PROXY: listOf('addresses and networks such as 127.0.0.1 or 10.0.0.0/8', parseNetwork, []),
    NAR_DELIVERY: oneOf<Delivery['kind']>(['stream', 'redirect'], 'stream'),
    S3_PUBLIC_ENDPOINT: optional(url()),
    REDIRECT_LIFETIME: duration(DEFAULTS.REDIRECT_LIFETIME),
    NARINFO_CACHE_BYTES: bytes(DEFAULTS.NARINFO_CACHE_BYTES),
    LOG_LEVEL: level('info'),
  });

export type ServeConfig = ReturnType<typeof readServeConfig>;
