/**
 * The only file that reads the environment. Each function declares what it needs as a record of readers; all problems
 * are reported at once, by name and without the values, which may be secrets.
 */
import * as v from 'valibot';
import { InvalidConfig } from '../errors.ts';

/** Turns the text of one variable (`undefined` when unset or empty) into its value. */
export type Reader<T> = v.GenericSchema<string | undefined, T>;
export type Readers = Readonly<Record<string, Reader<unknown>>>;
export type Settings<R extends Readers> = { readonly [K in keyof R]: R[K] extends Reader<infer T> ? T : never };
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {InvalidConfig} that names every variable that is missing or wrong. */
export function readEnv<R extends Readers>(readers: R, environment: Environment = process.env): Settings<R> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, reader] of Object.entries(readers)) {
    const result = v.safeParse(reader, environment[name]?.trim() || undefined);
    if (result.success) settings[name] = result.output;
    else problems.push(`${name} ${result.issues[0].message}`);
  }
  if (problems.length > 0) throw new InvalidConfig(problems);
  return settings as Settings<R>;
}

/** What child processes inherit. */
export const inheritedEnvironment = (): Environment => ({ ...process.env });
