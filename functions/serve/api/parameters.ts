/**
 * The parameters of a question, from a closed list: what is unknown, comes twice or is not within its bounds is refused by its name, and
 * what was asked is never said again. Empty means the default, and a `+` is a plus: names of packages have some, and no spaces. Pure.
 *     ?range=7d&limit=50 → { range: '7d', limit: 50 }
 */
import * as v from 'valibot';

export interface Parameter<T> {
  /** Of the value, as the description of the API shows it. One of a number reads digits. */
  readonly schema: v.GenericSchema<unknown, Exclude<T, undefined>>;
  readonly what: string;
  /** Completes "must be …". */
  readonly must: string;
  /** What it is when nothing is said. */
  readonly fallback: T;
}

// biome-ignore lint/suspicious/noExplicitAny: of whatever type; what is read has the types of `Wanted`
export type Parameters = Readonly<Record<string, Parameter<any>>>;
export type Wanted<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

export interface Refusal {
  /** Which one is to blame. */
  readonly parameter: string;
  readonly detail: string;
}

export const isRefusal = (read: object): read is Refusal => 'parameter' in read && 'detail' in read;

/** @param said parts of the path, decoded: they have no defaults. Then comes what follows the question mark. */
export function readParameters<P extends Parameters>(
  parameters: P,
  query = '',
  said: readonly (readonly [string, string])[] = [],
): { readonly wanted: Wanted<P> } | Refusal {
  const pairs = pairsOf(query);
  if (!pairs) return { parameter: UNSPEAKABLE, detail: 'What follows the question mark is not percent-encoded UTF-8.' };
  const wanted: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const [name, text] of [...said, ...pairs]) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!parameter) return unknown(name, Object.keys(parameters));
    if (seen.has(name)) return { parameter: name, detail: `${name} is given more than once.` };
    seen.add(name);
    if (text === '' && !said.some(([one]) => one === name)) continue;
    const read = v.safeParse(parameter.schema, parameter.schema.type === 'number' ? numberIn(text) : text);
    if (!read.success) return { parameter: name, detail: `${name} must be ${parameter.must}.` };
    wanted[name] = read.output;
  }
  for (const [name, { fallback }] of Object.entries(parameters)) wanted[name] ??= fallback;
  return { wanted: wanted as Wanted<P> };
}

function unknown(name: string, known: readonly string[]): Refusal {
  const parameter = SPEAKABLE.test(name) ? name : UNSPEAKABLE;
  const others = known.length === 0 ? 'There are none here.' : `There are: ${known.join(', ')}.`;
  return { parameter, detail: `${parameter} is not a parameter of this. ${others}` };
}

const SPEAKABLE = /^[A-Za-z0-9_.-]{1,64}$/;
const UNSPEAKABLE = '(another)';

function pairsOf(query: string): readonly (readonly [string, string])[] | undefined {
  try {
    return query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        const [name, text] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
        return [decodeURIComponent(name), decodeURIComponent(text)] as const;
      });
  } catch {
    return undefined;
  }
}

const numberIn = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);
