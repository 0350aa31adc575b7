/** The program as an operator calls it. */
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/config/env.ts';
import { type Program, startProgram } from '../support/program.ts';

const COPYCAT = fileURLToPath(new URL('../../scripts/copycat.ts', import.meta.url));
const WITHIN_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

export const launchCopycat = (args: readonly string[], environment: Environment): Program =>
  startProgram(process.execPath, [COPYCAT, ...args], environment);

export async function copycat(args: readonly string[], environment: Environment): Promise<Ended> {
  const program = launchCopycat(args, environment);
  const code = await program.end(WITHIN_MS);
  return { code, out: program.out(), errors: program.errors() };
}

/** With `--json`, and what it says there. @throws when it does not end with 0 */
export async function copycatJson<T>(args: readonly string[], environment: Environment): Promise<T> {
  const { code, out, errors } = await copycat([...args, '--json'], environment);
  if (code !== 0) throw new Error(`copycat ${args.join(' ')} ended with ${code}\n${out}${errors}`);
  return JSON.parse(out) as T;
}
