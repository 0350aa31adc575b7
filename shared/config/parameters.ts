/**
 * Secrets do not stand in a template, but their names may: a variable that says `ssm:/copycat/prod/clickhouse-url` has the value of that
 * parameter of AWS's Parameter Store. All that a process names so are looked up at once, when it starts.
 *
 * Errors name the variable and the parameter, never a value.
 */
import { describeError, InvalidConfig } from '../errors.ts';
import type { Environment } from './env.ts';

/** Answers what it finds, decrypted; a name that it does not answer is not there. At most `MOST_PARAMETERS` names. */
export type FetchParameters = (names: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;

const PREFIX = 'ssm:';
const NAME = /^(?:\/[A-Za-z0-9_.-]+)+$/;
/** Of one request. */
export const MOST_PARAMETERS = 10;

/** The parameter that a value names; undefined for a value that stands for itself. */
export const parameterIn = (value: string | undefined): string | undefined => {
  const text = value?.trim();
  return text?.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
};

/** @throws {InvalidConfig} that names every parameter that can't be had, by its variable. */
export async function withParameters(
  environment: Environment,
  fetch: FetchParameters,
  signal: AbortSignal,
): Promise<Environment> {
  const named = Object.entries(environment).flatMap(([variable, value]) => {
    const name = parameterIn(value);
    return name === undefined ? [] : [{ variable, name }];
  });
  if (named.length === 0) return environment;
  const misnamed = named.filter(({ name }) => !NAME.test(name));
  if (misnamed.length > 0)
    throw new InvalidConfig(misnamed.map(({ variable }) => `${variable} must name a parameter as ssm:/copycat/prod/…`));
  const names = [...new Set(named.map(({ name }) => name))];
  if (names.length > MOST_PARAMETERS)
    throw new InvalidConfig([
      `there are ${names.length} parameters, and no more than ${MOST_PARAMETERS} are looked up`,
    ]);
  const found = await fetch(names, signal).catch((error: unknown) => {
    const { message } = describeError(error);
    throw new InvalidConfig(
      named.map(({ variable, name }) => `${variable}: parameter ${name} can't be read: ${message}`),
    );
  });
  const missing = named.filter(({ name }) => !found.get(name)?.trim());
  if (missing.length > 0)
    throw new InvalidConfig(missing.map(({ variable, name }) => `${variable}: there is no parameter ${name}`));
  return { ...environment, ...Object.fromEntries(named.map(({ variable, name }) => [variable, found.get(name)])) };
}
