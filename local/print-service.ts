/** serverless.yml with everything resolved, as the tool that deploys it prints it. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../shared/config/env.ts';
import { RuntimeFailed } from '../shared/errors.ts';

export interface PrintServiceOptions {
  /** The directory that holds serverless.yml. */
  readonly root: string;
  /** All that the tool sees. */
  readonly environment: Environment;
  /** Default: the one that serverless.yml says. */
  readonly stage?: string | undefined;
  /** The folder of environment files; one that is not there has none. Default: environments. */
  readonly environments?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_MS = 120_000;

/** @returns JSON. @throws {RuntimeFailed} when it can't be resolved. */
export async function printService(options: PrintServiceOptions): Promise<string> {
  const { root, environment, stage, environments, signal } = options;
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('serverless/package.json');
  const { bin } = require(manifest) as { bin: Readonly<Record<string, string>> };
  const program = join(dirname(manifest), bin.serverless ?? '');
  const where = environments === undefined ? [] : ['--param', `environments=${environments}`];
  const whose = stage === undefined ? [] : ['--stage', stage];
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, 'print', '--format', 'json', ...where, ...whose],
      {
        cwd: root,
        env: { ...environment },
        timeout: LONGEST_MS,
        maxBuffer: 16 * 2 ** 20,
        ...(signal ? { signal } : {}),
      },
    );
    return stdout;
  } catch (cause) {
    throw new RuntimeFailed('serverless.yml could not be read', { root }, cause);
  }
}
