/**
 * What is said to the engine before the statement itself: limits, settings, parameters and the database. They hold for the connection
 * that they are said on; every request has one of its own, so that nothing sticks.
 *     SET max_threads = '1', param_day = '2026-11-25'; USE `copycat`
 */
import { quotedName, textLiteral } from './literal.ts';
import type { Question } from './question.ts';

export type Context = Pick<Question, 'database' | 'settings' | 'parameters' | 'readOnly'>;

/** @param limits the settings that hold where a request says nothing. @param more as a statement has them: `max_threads = 1`. */
export function preludeOf(
  { database, settings, parameters, readOnly }: Context,
  limits: Settings,
  more?: string,
): string {
  const said: [string, string][] = [
    ...new Map([...Object.entries(limits), ...settings]),
    ...[...parameters].map(([name, value]): [string, string] => [`param_${name}`, value]),
  ];
  return [
    ...(database === undefined ? [] : [`USE ${quotedName(database)}`]),
    ...(said.length > 0 ? [`SET ${said.map(([name, value]) => `${name} = ${textLiteral(value)}`).join(', ')}`] : []),
    ...(more?.trim() ? [`SET ${more.trim()}`] : []),
    ...(readOnly ? ['SET readonly = 2'] : []),
  ].join(';\n');
}

export type Settings = Readonly<Record<string, string>>;
