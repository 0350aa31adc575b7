/** Several readings of what a person said, so that all that is wrong is said at once. */
import { InvalidConfig } from '../../shared/errors.ts';

type Results<T extends readonly (() => unknown)[]> = {
  -readonly [K in keyof T]: T[K] extends () => infer R ? R : never;
};

/** @throws {InvalidConfig} with the problems of all that threw one. */
export function together<T extends readonly (() => unknown)[]>(...readings: T): Results<T> {
  const problems: string[] = [];
  const results = readings.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      problems.push(...(error.facts.problems as readonly string[]));
      return undefined;
    }
  });
  if (problems.length > 0) throw new InvalidConfig(problems);
  return results as Results<T>;
}
