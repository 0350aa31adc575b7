/** Which addresses are upstream's: only configured origins are ever fetched, and a name can't leave its base. */
import { InvalidConfig, Malformed, NotOurUpstream } from '../errors.ts';

/** Origins that may be fetched, such as `https://cache.nixos.org`. */
export type Origins = ReadonlySet<string>;

/**
 * The origins of the configured addresses.
 * @throws {InvalidConfig} for one that is not http or https, or that holds credentials: a public cache needs none, and
 *   an address ends up in logs.
 */
export function parseOrigins(addresses: readonly string[]): Origins {
  const problems: string[] = [];
  const origins = new Set<string>();
  for (const address of addresses) {
    const url = URL.parse(address);
    if (!url || !/^https?:$/.test(url.protocol)) problems.push('an upstream address is not http or https');
    else if (url.username || url.password)
      problems.push(`the upstream address of ${url.host} must not hold a user name or password`);
    else origins.add(url.origin);
  }
  if (problems.length > 0) throw new InvalidConfig(problems);
  return origins;
}

/** @throws {NotOurUpstream} before anything is sent there. */
export function requireOurs(url: URL, origins: Origins): void {
  if (origins.has(url.origin)) return;
  throw new NotOurUpstream(`${whereIs(url)} is not at a configured upstream`, { url: whereIs(url) });
}

/** An address for messages and facts: without credentials, query and fragment. */
export const whereIs = (url: URL): string => (url.origin === 'null' ? url.protocol : `${url.origin}${url.pathname}`);

/**
 * The address of a name such as `nar/1b2c….nar.xz` below a base. What a URL parser would change (`..`, `?`, a space) is
 * refused, so that two names never mean one address and none leaves the base.
 * @throws {Malformed} with `facts.field` = `key`
 */
export function addressBelow(base: string, key: string): string {
  const root = new URL(base.replace(/\/+$/, ''));
  const path = `${root.pathname.replace(/\/$/, '')}/${key}`;
  const url = URL.parse(`${root.origin}${path}`);
  const kept = url?.origin === root.origin && url.pathname === path && !url.search && !url.hash;
  if (!url || !kept || key === '' || /(^|\/)(\/|$)/.test(key))
    throw new Malformed(`not a name at upstream: ${JSON.stringify(key.slice(0, 100))}`, { field: 'key' });
  return url.href;
}
