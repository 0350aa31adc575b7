/**
 * Who may ask: programs that were given the password, by a name that only this machine has. Other users' programs have neither, and
 * a web page that makes its own name mean 127.0.0.1 comes with that name.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const HERE = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

export const isAskedHere = ({ host = '' }: IncomingHttpHeaders): boolean => HERE.test(host);

export function mayAsk(own: Credentials, headers: IncomingHttpHeaders, address: URLSearchParams): boolean {
  const given = credentialsIn(headers, address);
  return given !== undefined && same(given.user, own.user) && same(given.password, own.password);
}

/** The first place that names somebody, as ClickHouse looks: its own headers, HTTP's, the address. */
function credentialsIn(headers: IncomingHttpHeaders, address: URLSearchParams): Credentials | undefined {
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  const user = header('x-clickhouse-user');
  if (user !== undefined) return { user, password: header('x-clickhouse-key') ?? '' };
  const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (basic !== undefined) {
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? [];
    return { user: name, password };
  }
  const named = address.get('user');
  return named === null ? undefined : { user: named, password: address.get('password') ?? '' };
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
