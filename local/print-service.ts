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
    const reason = reasonIn(cause);
    if (reason === undefined) throw new RuntimeFailed('serverless.yml could not be read', { root }, cause);
    throw new RuntimeFailed(`serverless.yml could not be read: ${reason}`, { root });
  }
}

const LONGEST_REASON = 600;

/** It says why on standard output, as it does everything. What comes after an empty line quotes the file, whatever that holds. */
function reasonIn(cause: unknown): string | undefined {
  const { stdout } = cause as { readonly stdout?: unknown };
  const [, said] = /^Error:([\s\S]*)/m.exec(typeof stdout === 'string' ? stdout : '') ?? [];
  const [reason = ''] = said?.trim().split(/\n\s*\n/) ?? [];
  return reason.replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON) || undefined;
}
