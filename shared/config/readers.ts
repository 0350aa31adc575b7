/** Readers of single variables: text in, value out, and a message that follows the variable's name. */
import * as v from 'valibot';
import { LEVELS, type Level } from '../log.ts';
import { type ClickHousePlace, parseClickHouseUrl } from './clickhouse-url.ts';
import type { Reader } from './env.ts';

/**
 * A reader from a parser that throws on what it does not understand.
 * @param expected completes the sentence "NAME must be …"
 */
export function parsed<T>(expected: string, parse: (text: string) => T, ...fallback: [] | [T]): Reader<T> {
  return v.pipe(
    v.optional(v.string()),
    v.rawTransform<string | undefined, T>(({ dataset, addIssue, NEVER }) => {
      if (dataset.value === undefined) {
        if (fallback.length > 0) return fallback[0] as T;
        addIssue({ message: 'is not set' });
        return NEVER;
      }
      try {
        return parse(dataset.value);
      } catch {
        addIssue({ message: `must be ${expected}` });
        return NEVER;
      }
    }),
  );
}

const refuse = (): never => {
  throw new RangeError();
};

export const text = (...fallback: [] | [string]): Reader<string> => parsed('a text', (value) => value, ...fallback);

/** The same, but `undefined` when the variable is unset or empty. */
export const optional = <T>(reader: Reader<T>): Reader<T | undefined> => v.optional(reader);

export const integer = (least: number, most: number, ...fallback: [] | [number]): Reader<number> =>
  parsed(
    `a whole number from ${least} to ${most}`,
    (value) => {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : refuse();
      return number >= least && number <= most ? number : refuse();
    },
    ...fallback,
  );

export const flag = (fallback: boolean): Reader<boolean> =>
  parsed('true or false', (value) => (value === 'true' ? true : value === 'false' ? false : refuse()), fallback);

export const oneOf = <const T extends string>(choices: readonly T[], ...fallback: [] | [T]): Reader<T> =>
  parsed(
    `one of ${choices.join(', ')}`,
    (value) => choices.find((choice) => choice === value) ?? refuse(),
    ...fallback,
  );

/** An http or https address without credentials, query and fragment; no slash at its end. */
export const url = (...fallback: [] | [string]): Reader<string> =>
  parsed('an http or https address without credentials and query', parseHttpUrl, ...fallback);

/** The same, of a host alone: pages link to each other from its root. */
export const hostUrl = (...fallback: [] | [string]): Reader<string> =>
  parsed(
    'an http or https address of a host, without a path and credentials',
    (value) => (new URL(value).pathname === '/' ? parseHttpUrl(value) : refuse()),
    ...fallback,
  );

export function parseHttpUrl(value: string): string {
  const { protocol, search, hash, username, password } = new URL(value);
  if (!/^https?:$/.test(protocol) || search || hash || username || password) refuse();
  return value.replace(/\/+$/, '');
}

/** With user and password, where it takes some. */
export const clickHouseUrl = (): Reader<ClickHousePlace> =>
  parsed('an http or https address such as http://user:password@clickhouse:8123', parseClickHouseUrl);

/** An address of a page or a mailbox as a User-Agent can carry it. */
export const contact = (...fallback: [] | [string]): Reader<string> =>
  parsed(
    'an address in plain ASCII, without spaces, parentheses and backslashes',
    (value) => (/^[!-'*-[\]-~]+$/.test(value) ? value : refuse()),
    ...fallback,
  );

/** The name of a header, in lower case. */
export const headerName = (): Reader<string> =>
  parsed('the name of a header such as CloudFront-Viewer-Country', (value) =>
    /^[A-Za-z0-9-]{1,64}$/.test(value) ? value.toLowerCase() : refuse(),
  );

/** A secret that is sent as `Authorization: Bearer`. */
export const token = (): Reader<string> =>
  parsed('16 to 512 letters, digits or - . _ ~ + / =', (value) =>
    /^[A-Za-z0-9._~+/=-]{16,512}$/.test(value) ? value : refuse(),
  );

/** Space-separated items, each read by `parse`; at least one. */
export const listOf = <T>(
  expected: string,
  parse: (item: string) => T,
  ...fallback: [] | [readonly T[]]
): Reader<readonly T[]> =>
  parsed<readonly T[]>(`${expected}, separated by spaces`, (value) => value.split(/\s+/).map(parse), ...fallback);

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `3h`, `7d` as milliseconds; more than none. */
export const duration = (...fallback: [] | [number]): Reader<number> =>
  parsed('a duration such as 90s, 15m or 3h', parseDuration, ...fallback);

export function parseDuration(value: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s?(ms|s|m|h|d)$/.exec(value) ?? refuse();
  const result = Math.round(Number(amount) * (MILLISECONDS[unit ?? ''] ?? 0));
  return result > 0 && Number.isSafeInteger(result) ? result : refuse();
}

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `5GiB`, `500MB` or a plain number, as bytes. */
export const bytes = (...fallback: [] | [number]): Reader<number> =>
  parsed('a size such as 500MB or 5GiB', parseBytes, ...fallback);

/** The same for bytes per second: none at all would be no rate. */
export const rate = (): Reader<number> =>
  parsed('more than 0, such as 500kB or 10MiB', (value) => parseBytes(value) || refuse());

export function parseBytes(value: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s?([kMGT]i?B|KiB|B|)$/.exec(value) ?? refuse();
  const result = Math.round(Number(amount) * (BYTES[unit] ?? refuse()));
  return Number.isSafeInteger(result) ? result : refuse();
}

/** `0.5` or `50%`, as a number from 0 to 1. */
export const share = (...fallback: [] | [number]): Reader<number> =>
  parsed(
    'a share such as 0.5 or 50%',
    (value) => {
      const [, number, percent] = /^(\d{1,3}(?:\.\d{1,4})?)(%?)$/.exec(value) ?? refuse();
      const result = Number(number) / (percent ? 100 : 1);
      return result <= 1 ? result : refuse();
    },
    ...fallback,
  );

/** How much is logged. */
export const level = (fallback: Level): Reader<Level> => oneOf<Level>(LEVELS, fallback);
