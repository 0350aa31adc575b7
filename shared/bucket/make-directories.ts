/**
 * Makes a directory and those above it. Node's own `recursive` never ends where a system lets nobody make any and says that they are not there,
 * as Linux does below /proc.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Another process may take away one that is empty. */
const TRIES = 10;

/** @returns the outermost that was made; undefined when all are there. @throws what the system says */
export function makeDirectories(path: string): string | undefined {
  for (let tries = 1; ; tries += 1) {
    try {
      return makeMissing(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === TRIES) throw error;
    }
  }
}

function makeMissing(path: string): string | undefined {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const directory of missing.toReversed()) {
    try {
      mkdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another was faster
    }
  }
  return missing.at(-1);
}
