/** The demo's configuration, in place of whatever the user has set for a real mirror. */
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { DEMO_CHANNELS } from './history.ts';

/** All of the user's environment that a demo may depend on. */
const RESPECTED = [
  ...['HOST', 'PORT', 'LOG_LEVEL'],
  ...['PATH', 'HOME', 'TMPDIR', 'LANG', 'TERM', 'NO_COLOR', 'FORCE_COLOR'],
];

export interface DemoSetting {
  /** Where its upstream answers. */
  readonly upstream: string;
  /** In Nix syntax. */
  readonly publicKey: string;
  /** How often something happens there. */
  readonly everyMs: number;
}

/** What is short here takes hours in a real mirror. */
export const demoEnvironment = (
  inherited: Environment,
  { upstream, publicKey, everyMs }: DemoSetting,
): Environment => ({
  ...Object.fromEntries(RESPECTED.map((name) => [name, inherited[name]])),
  DATA_DIR: demoDirectory(inherited),
  CHANNELS: DEMO_CHANNELS.join(' '),
  UPSTREAM_URL: `${upstream}/cache`,
  CHANNELS_URL: `${upstream}/channels`,
  RELEASES_URL: `${upstream}/releases`,
  TRUSTED_PUBLIC_KEYS: publicKey,
  POLL_INTERVAL: `${Math.ceil(everyMs / 10)}ms`,
  RETRY_UNAVAILABLE_AFTER: `${Math.ceil(everyMs / 6)}ms`,
});

/** Beside what a real mirror keeps, never in its midst. */
export const demoDirectory = ({ DATA_DIR }: Environment): string => join(DATA_DIR?.trim() || './data', 'demo');
