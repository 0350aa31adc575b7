/** The real Nix as a fresh client: its own HOME (and so no memory of narinfos), its own nix.conf, a store in a folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { type Program, startProgram } from './program.ts';

export interface NixAnswer {
  readonly code: number | null;
  readonly out: string;
  readonly bytes: Buffer;
  readonly errors: string;
  readonly seconds: number;
}

export type NixCommand = 'nix' | 'nix-store' | 'nix-channel' | 'nix-instantiate';

export interface NixClient {
  /** Where `--store` is. */
  readonly store: string;
  /** What makes any Nix that is started with it this client. */
  readonly environment: Environment;
  /** Of `nix-channel`: where it keeps channels. */
  readonly home: string;
  run(command: NixCommand, ...args: readonly string[]): Promise<NixAnswer>;
}

export interface NixOptions {
  readonly substituters: readonly string[];
  readonly trustedPublicKeys: readonly string[];
  /** More of nix.conf; the last line of a setting counts. */
  readonly lines?: readonly string[];
  /** Besides `nix-command`. */
  readonly features?: readonly string[];
  /** What it makes without `--store` goes to a store of its own too, which no binary cache is for. */
  readonly ownStore?: boolean;
}

const NIX_MS = 60_000;

/** @param folder is made, and is the client's alone. */
export async function freshNix(folder: string, options: NixOptions): Promise<NixClient> {
  const { substituters, trustedPublicKeys, features = [], ownStore = false, lines: more = [] } = options;
  const [home, conf, store] = ['home', 'etc', 'store'].map((name) => join(folder, name)) as [string, string, string];
  await Promise.all([home, conf].map((path) => mkdir(path, { recursive: true })));
  const own = ownStore ? { NIX_STORE_DIR: join(folder, 'own/store'), NIX_STATE_DIR: join(folder, 'own/var') } : {};
  const environment = { HOME: home, NIX_CONF_DIR: conf, NIX_PATH: '', ...own };
  const lines = [
    'sandbox = false',
    'build-users-group =', // no daemon: whoever runs this is the only user
    `experimental-features = ${['nix-command', ...features].join(' ')}`,
    `substituters = ${substituters.join(' ')}`,
    `trusted-public-keys = ${trustedPublicKeys.join(' ')}`,
    ...more,
  ];
  await writeFile(join(conf, 'nix.conf'), `${lines.join('\n')}\n`);
  return {
    store,
    environment,
    home,
    async run(command, ...args) {
      const began = performance.now();
      const program: Program = startProgram(command, args, environment);
      const code = await program.end(NIX_MS);
      const seconds = (performance.now() - began) / 1000;
      return { code, out: program.out(), bytes: program.bytes(), errors: program.errors(), seconds };
    },
  };
}
