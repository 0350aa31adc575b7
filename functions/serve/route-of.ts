/**
 * Which kind of thing a path asks for, from a closed list: what records of requests say instead of the path. Pure.
 *     /nix-cache-info → cache_info      /channels/nixos-unstable/nixexprs.tar.xz → channel      /wp-login.php → other
 */
import type { Route } from '../../events/request-record.ts';
import { type CacheObject, cacheObject } from '../../shared/nix/cache-object.ts';
import { type Place, placeOf } from './releases/place.ts';

const OBJECTS: Readonly<Record<CacheObject['kind'], Route>> = {
  'nix-cache-info': 'cache_info',
  narinfo: 'narinfo',
  nar: 'nar',
  listing: 'listing',
  log: 'log',
  debuginfo: 'debuginfo',
  realisation: 'realisation',
};

const PLACES: Readonly<Record<Place['kind'], Route>> = {
  channels: 'page',
  feed: 'page',
  registry: 'registry',
  channel: 'channel',
  release: 'release',
  file: 'release',
};

const EXACTLY: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', 'page'],
  ['/what-is-counted', 'page'],
  ['/favicon.svg', 'page'],
  ['/paths', 'page'],
  ['/analytics', 'page'],
  ['/packages', 'page'],
  ['/diagnose-cache', 'diagnose'],
  ['/diagnose-cache.tar.gz', 'diagnose'],
  ['/healthz', 'health'],
  ['/metrics', 'health'],
  ['/api', 'api'],
]);

const BELOW: readonly (readonly [string, Route])[] = [
  ['/paths/', 'page'],
  ['/packages/', 'page'],
  ['/api/', 'api'],
];

/** @param path as it came, perhaps with percent-encoding. */
export function routeOf(path: string): Route {
  const object = cacheObject(path);
  if (object) return OBJECTS[object.kind];
  const place = placeOf(path);
  if (place) return PLACES[place.kind];
  return EXACTLY.get(path) ?? BELOW.find(([above]) => path.startsWith(above))?.[1] ?? 'other';
}
