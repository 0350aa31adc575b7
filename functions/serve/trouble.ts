/**
 * What went wrong with a look-up, for the log, and not what was looked up: the hash of a path that is not here may be of a private
 * build, and an error of a bucket names its key in its message and its facts.
 */
import { CopycatError, describeError, type ErrorDescription } from '../../shared/errors.ts';

const TOLD: ReadonlySet<string> = new Set(['bucket', 'operation', 'answer', 'code', 'waited_ms', 'at_once']);

export function troubleOf(error: unknown): ErrorDescription {
  const { code, verdict, message, facts = {} } = describeError(error);
  if (!(error instanceof CopycatError)) return { code, verdict, message }; // a bug of ours
  const told = Object.fromEntries(Object.entries(facts).filter(([name]) => TOLD.has(name)));
  const { bucket = 'the storage', operation = 'answer', answer = told.code ?? code } = told;
  return { code, verdict, message: `${bucket} did not ${operation}: ${answer}`, facts: told };
}
