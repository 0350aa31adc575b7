/** What functions would be told: parameters looked up, so that their values can be read as a function reads them. */
import type { Environment } from '../../shared/config/env.ts';
import { type FetchParameters, parameterIn, withParameters } from '../../shared/config/parameters.ts';
import { InvalidConfig } from '../../shared/errors.ts';
import { isPlaceholder } from './settings.ts';
import type { Stage } from './stage.ts';

/** By which of the file's names a function is told a variable. */
export function settingOf(fn: string, variable: string, settings: Environment): string {
  const own =
    fn === 'load' && variable === 'CLICKHOUSE_URL' ? 'CLICKHOUSE_INGEST_URL' : `${fn.toUpperCase()}_${variable}`;
  return settings[own]?.trim() ? own : variable;
}

/** Every parameter that something names. */
export async function lookUp(
  { functions, settings = {} }: Stage,
  fetchParameters: FetchParameters | undefined,
  signal: AbortSignal,
) {
  const known = new Map<string, string>();
  const missing: string[] = [];
  const named = new Map<string, string>(); // parameter → who names it
  for (const [fn, environment] of functions)
    for (const [variable, value] of Object.entries(environment))
      if (parameterIn(value) !== undefined) named.set(value?.trim() ?? '', settingOf(fn, variable, settings));
  if (!fetchParameters) return { known, missing };
  for (const [value, variable] of named) {
    try {
      const found = await withParameters({ [variable]: value }, fetchParameters, signal);
      known.set(value, found[variable] ?? '');
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      missing.push(...(error.facts.problems as readonly string[]));
    }
  }
  return { known, missing };
}

/** What a function would be told. `unknown`: variables whose values are not known, so that nothing can be said of them. */
export function toldOf(environment: Environment, known: ReadonlyMap<string, string>) {
  const unknown = new Set<string>();
  const values = Object.entries(environment).map(([name, value = '']) => {
    if (isPlaceholder(value)) unknown.add(name);
    if (parameterIn(value) === undefined) return [name, isPlaceholder(value) ? '' : value] as const;
    const found = known.get(value.trim());
    if (found === undefined) unknown.add(name);
    return [name, found ?? ''] as const;
  });
  return { environment: Object.fromEntries(values) as Environment, unknown };
}
