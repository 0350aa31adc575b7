/**
 * Who asked, as far as anybody may know: a program and its version, and a country where a CDN says one. Everything comes from a
 * closed list; the rest of what a program says of itself, which its user may have chosen, goes no further. Pure.
 *     curl/8.14.1 Nix/2.31.2 somebody's own words → Nix 2.31.2
 */
import { CLIENTS, type Client } from '../../events/request-record.ts';

export interface Asker {
  readonly client: Client;
  /** Of Nix and its family: three numbers at most. */
  readonly version?: string;
  /** ISO 3166-1, two letters. */
  readonly country?: string;
}

/** nix: filetransfer.cc, lix: transferitem.cc: curl's name, its own, then the user's suffix. */
const NIX_FAMILY = /\b(Nix|Lix|Snix|Tvix)\/([0-9][0-9.]*)/;
const VERSION = /^\d{1,3}(?:\.\d{1,3}){0,2}(?!\d)/;

const OTHERS: readonly (readonly [RegExp, Client])[] = [
  [/\bcachix\b/i, 'cachix'],
  [/\battic\b/i, 'attic'],
  [/^curl\//, 'curl'],
  [/^Go-http-client\//, 'go'],
  [/^Mozilla\//, 'browser'],
];

const COUNTRY = /^[A-Z]{2}$/;

/** @param country what the header that is named by `COUNTRY_HEADER` says, of who may say so */
export function askerOf(userAgent: string | undefined, country?: string | undefined): Asker {
  const asker = programOf(userAgent ?? '');
  return country !== undefined && COUNTRY.test(country) ? { ...asker, country } : asker;
}

function programOf(userAgent: string): Asker {
  const [, name, said = ''] = NIX_FAMILY.exec(userAgent) ?? [];
  const client = CLIENTS.find((one) => one === name);
  if (client === undefined) return { client: OTHERS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other' };
  const version = VERSION.exec(said)?.[0];
  return version === undefined ? { client } : { client, version };
}
