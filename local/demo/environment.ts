/** The demo's own configuration, in place of whatever the user has set for a real mirror. */
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { formatPublicKey, type PublicKey } from '../../shared/nix/signature.ts';
import { DEMO_CHANNELS } from './history.ts';

export const DEMO_DIRECTORY = './data/demo';

/** Of the user's environment these are respected; everything else of a mirror's configuration is the demo's. */
const RESPECTED = ['HOST', 'PORT', 'LOG_LEVEL'];
/** Named here because an empty text means its default, whatever the user has set. */
const DEFAULTS = [
  ...['BUCKET', 'STATE', 'AWS_ENDPOINT_URL_SQS', 'PUBLIC_URL', 'CACHE_PRIORITY', 'COPY_CONCURRENCY', 'CONTACT'],
  ...['UPSTREAM_CONNECTIONS', 'COPY_PATIENCE', 'COPY_PATIENCE_RECEIVES', 'S3_PUBLIC_ENDPOINT', 'COPY_LOGS'],
];

export interface DemoSetting {
  /** Where its upstream answers. */
  readonly upstream: string;
  readonly publicKey: PublicKey;
}

/** What is short here takes hours in a real mirror. */
export function demoEnvironment(inherited: Environment, { upstream, publicKey }: DemoSetting): Environment {
  const respected = RESPECTED.map((name) => [name, inherited[name]]);
  return {
    ...inherited,
    ...Object.fromEntries(DEFAULTS.map((name) => [name, ''])),
    ...Object.fromEntries(respected),
    DATA_DIR: demoDirectory(inherited),
    CHANNELS: DEMO_CHANNELS.join(' '),
    UPSTREAM_URL: `${upstream}/cache`,
    CHANNELS_URL: `${upstream}/channels`,
    RELEASES_URL: `${upstream}/releases`,
    TRUSTED_PUBLIC_KEYS: formatPublicKey(publicKey),
    POLL_INTERVAL: '3s',
    RETRY_UNAVAILABLE_AFTER: '4s',
  };
}

/** Never the folder of a real mirror itself. */
export const demoDirectory = ({ DATA_DIR }: Environment): string =>
  DATA_DIR?.trim() ? join(DATA_DIR.trim(), 'demo') : DEMO_DIRECTORY;
