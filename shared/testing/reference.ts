/**
 * The real data that some tests read: REFERENCE_DIR, by default the folder `shared` beside the repository. Where it is
 * missing those tests are skipped, and say so.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnv } from '../config/env.ts';
import { text } from '../config/readers.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Its absolute path; undefined where there is none. */
export function referenceDir(): string | undefined {
  const { REFERENCE_DIR } = readEnv({ REFERENCE_DIR: text('../shared') });
  const dir = resolve(REPOSITORY, REFERENCE_DIR);
  return existsSync(join(dir, 'data')) ? dir : undefined;
}

/** `describe` for tests that need it: `define` is given its path. */
export function describeWithReference(name: string, define: (dir: string) => void): void {
  const dir = referenceDir();
  if (dir !== undefined) {
    describe(name, () => define(dir));
  } else {
    process.stderr.write(`SKIPPED, for REFERENCE_DIR holds no data: ${name}\n`);
    describe.skip(name, () => it('needs REFERENCE_DIR', () => undefined));
  }
}
