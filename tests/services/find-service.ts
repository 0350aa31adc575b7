/** Programs of other people that variables name; `.ci/run` puts them into its cache. Where one is not to be had, that is said loudly. */
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '../../shared/config/env.ts';
import { optional, text } from '../../shared/config/readers.ts';

/** Where `.ci/run` keeps what is slow to build: outside of the checkout. */
const cache = (): string => {
  const { XDG_CACHE_HOME } = readEnv({ XDG_CACHE_HOME: optional(text()) });
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'copycat');
};

/**
 * @param variable names it; @param below the cache: where it is else.
 * @returns undefined, and says so, where there is none.
 */
export async function findService(variable: string, below: string): Promise<string | undefined> {
  const { [variable]: said } = readEnv({ [variable]: optional(text()) });
  const found = said ?? join(cache(), below);
  try {
    await access(found);
    return found;
  } catch {
    process.stderr.write(`SKIPPED: there is no ${variable} at ${found}; .ci/run brings it\n`);
    return undefined;
  }
}
