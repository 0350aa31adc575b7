/**
 * Reads serverless.yml with the tool that deploys it, so that both mean the same. The tool takes seconds to start: its
 * answer is kept by the file's content, and only the first start after a change waits.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../shared/config/env.ts';
import { RuntimeFailed } from '../shared/errors.ts';
import { parseService, type Service } from './service.ts';

export interface ReadServiceOptions {
  /** The directory that holds serverless.yml. */
  readonly root: string;
  /** Where resolved files are kept. */
  readonly cache: string;
  readonly environment: Environment;
  /** Of the deployment that is meant. Default: the one that serverless.yml says. */
  readonly stage?: string | undefined;
  readonly signal?: AbortSignal;
}

const LONGEST_MS = 120_000;
/** Only what the tool itself needs: a variable of the user's must not be baked into what is kept. */
const NEEDED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/** @throws {RuntimeFailed} when serverless.yml can't be resolved. @throws {InvalidConfig} when we can't drive it. */
export async function readService(options: ReadServiceOptions): Promise<Service> {
  const text = await readFile(join(options.root, 'serverless.yml'));
  const version = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const kept = join(options.cache, `service-${[version, options.stage].filter(Boolean).join('-')}.json`);
  try {
    return parseService(JSON.parse(await readFile(kept, 'utf8')));
  } catch {
    // Not there yet, or torn, or of another version of ours: resolving it anew settles all three.
  }
  const resolved = await resolve(options);
  const service = parseService(JSON.parse(resolved));
  await mkdir(options.cache, { recursive: true });
  await writeFile(`${kept}.new`, resolved);
  await rename(`${kept}.new`, kept);
  return service;
}

async function resolve({ root, environment, stage, signal }: ReadServiceOptions): Promise<string> {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('serverless/package.json');
  const { bin } = require(manifest) as { bin: Readonly<Record<string, string>> };
  const program = join(dirname(manifest), bin.serverless ?? '');
  try {
    const args = [program, 'print', '--format', 'json', ...(stage === undefined ? [] : ['--stage', stage])];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: Object.fromEntries(NEEDED.map((name) => [name, environment[name]])),
      timeout: LONGEST_MS,
      maxBuffer: 16 * 2 ** 20,
      ...(signal ? { signal } : {}),
    });
    return stdout;
  } catch (cause) {
    throw new RuntimeFailed('serverless.yml could not be read', { root }, cause);
  }
}
