/** Reads a configuration for a person: all that is wrong with it is said at once, without the values. */
import { CHOOSING_CHANNELS } from '../local/welcome.ts';
import { InvalidConfig } from '../shared/errors.ts';

/** Exit status when the configuration or the usage is wrong; nothing was touched then. */
export const WRONG_CONFIG = 2;

/** @returns undefined when it has complained on standard error. */
export function configOrComplaint<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    complainOfConfig(error);
    return undefined;
  }
}

export function complainOfConfig({ facts }: InvalidConfig): void {
  const problems = facts.problems as readonly string[];
  process.stderr.write(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  if (problems.some((problem) => problem.startsWith('CHANNELS '))) process.stderr.write(CHOOSING_CHANNELS);
}
