/**
 * What a request asks for besides its text, as ClickHouse's HTTP interface has it (https://clickhouse.com/docs/interfaces/http): in the
 * address, in headers, and in a form where values are too long for an address. What has no meaning of its own there is a setting.
 *     POST /?database=copycat&param_day=2026-11-25&max_threads=1
 */
import type { IncomingHttpHeaders } from 'node:http';
import { plainName } from './literal.ts';
import { refusal } from './refusal.ts';

export interface Question {
  /** The statement, or its beginning. */
  readonly query: string;
  readonly database: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  /** `{day:Date}` in the statement. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Where the statement names none. */
  readonly format: string;
  readonly id: string;
  /** A GET changes nothing. */
  readonly readOnly: boolean;
}

export interface Asking {
  readonly method: string;
  readonly address: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly form?: ReadonlyMap<string, string>;
}

const NO_SETTINGS: ReadonlySet<string> = new Set([
  ...['query', 'database', 'user', 'password', 'query_id', 'default_format', 'quota_key', 'role', 'stacktrace'],
  ...['wait_end_of_query', 'buffer_size', 'client_protocol_version', 'compress', 'decompress'],
]);
const PARAMETER = 'param_';
const PLAIN_WORD = /^\w{1,64}$/;

/** @throws {StatementFailed} */
export function readQuestion({ method, address, headers, form = new Map() }: Asking): Question {
  const said = new Map([...address, ...form]);
  for (const [name, value] of said)
    if (name.startsWith('session_') || (/^(de)?compress$/.test(name) && value === '1'))
      throw refusal('NOT_IMPLEMENTED', `${plainName(name)} is not to be had here`);

  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of said) {
    if (name.startsWith(PARAMETER)) parameters.set(plainName(name.slice(PARAMETER.length)), value);
    else if (!NO_SETTINGS.has(name)) settings.set(plainName(name), value);
  }
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  return {
    query: said.get('query') ?? '',
    database: said.get('database') || header('x-clickhouse-database') || undefined,
    settings,
    parameters,
    format: wordOf(said.get('default_format') || header('x-clickhouse-format')) ?? 'TabSeparated',
    id: wordOf(said.get('query_id')?.replaceAll('-', '_')) ? (said.get('query_id') ?? '') : crypto.randomUUID(),
    readOnly: method === 'GET',
  };
}

const wordOf = (text: string | undefined): string | undefined => (text && PLAIN_WORD.test(text) ? text : undefined);
