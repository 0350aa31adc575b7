/**
 * Reads serverless.yml, and deploy/ with it, by the tool that deploys them, so that both mean the same. The tool takes seconds to
 * start: its answer is kept by what these files contain, and only the first start after a change waits. A stage's environment
 * file is left out: it is about a deployment, and this machine is told by variables.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../shared/config/env.ts';
import { printService } from './print-service.ts';
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

/** Only what the tool itself needs: a variable of the user's must not be baked into what is kept. */
const NEEDED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

/** @throws {RuntimeFailed} when serverless.yml can't be resolved. @throws {InvalidConfig} when we can't drive it. */
export async function readService(options: ReadServiceOptions): Promise<Service> {
  const version = await versionOf(options.root);
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

async function versionOf(root: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'serverless.yml')));
  for (const name of (await readdir(join(root, 'deploy'))).sort())
    hash.update(`\0${name}\0`).update(await readFile(join(root, 'deploy', name)));
  return hash.digest('hex').slice(0, 32);
}

async function resolve({ root, environment, stage, signal }: ReadServiceOptions): Promise<string> {
  const env = Object.fromEntries(NEEDED.map((name) => [name, environment[name]]));
  return printService({ root, environment: env, stage, environments: 'none', signal });
}
