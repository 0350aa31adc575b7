/** The environment of a function, with the secrets that it names looked up. */
import { type Environment, inheritedEnvironment } from './env.ts';
import { withParameters } from './parameters.ts';

/** Lambda gives a start ten seconds. */
const PATIENCE_MS = 8_000;

/** @throws {InvalidConfig} that names every parameter that can't be had. */
export const deployedEnvironment = (): Promise<Environment> =>
  withParameters(
    inheritedEnvironment(),
    async (names, signal) => (await import('./ssm.ts')).openParameters()(names, signal),
    AbortSignal.timeout(PATIENCE_MS),
  );
