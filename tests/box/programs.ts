/** Programs that `.ci/run` builds or installs for this suite: by a variable, else by their name. */
import { spawnSync } from 'node:child_process';
import { readEnv } from '../../shared/config/env.ts';
import { text } from '../../shared/config/readers.ts';

export const programs = readEnv({
  /** https://github.com/rhysd/actionlint */
  ACTIONLINT: text('actionlint'),
  CADDY: text('caddy'),
  /** docker/compose as a program of its own */
  COMPOSE: text('docker-compose'),
  NGINX: text('nginx'),
});

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Nothing of who runs the tests. */
export const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

const LONGEST_MS = 60_000;

export function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: { PATH, HOME: '/nonexistent', ...environment },
    encoding: 'utf8',
    timeout: LONGEST_MS,
  });
  return { status, out: stdout ?? '', errors: stderr ?? '' };
}
