/**
 * Which path of a binary cache is which object. The path without its slash is the object's key in the public bucket, which
 * is itself a binary cache; here is the one place that knows their shapes.
 *     /nix-cache-info                                       /log/<hash>-<name>.drv
 *     /<hash>.narinfo                                       /debuginfo/<build-id>
 *     /<hash>.ls                                            /realisations/sha256:<hex>!<output>.doi
 *     /nar/<file>                                           /build-trace-v2/<hash>-<name>.drv/<output>.doi
 */
import { narKey } from './narinfo.ts';
import {
  formatBaseName,
  parseStorePathBaseName,
  parseStorePathHash,
  type StorePath,
  type StorePathHash,
} from './store-path.ts';

export type CacheObject =
  | { readonly kind: 'nix-cache-info'; readonly key: string }
  | { readonly kind: 'narinfo'; readonly key: string; readonly hash: StorePathHash }
  | { readonly kind: 'listing'; readonly key: string; readonly hash: StorePathHash }
  | { readonly kind: 'nar'; readonly key: string }
  /** Nix asks for the log of a derivation; some clients for that of an output, by the same form of name. */
  | { readonly kind: 'log'; readonly key: string; readonly path: StorePath }
  | { readonly kind: 'debuginfo'; readonly key: string; readonly buildId: string }
  /** What a content-addressed derivation was built to; the second form is that of Nix 2.35 and later. */
  | { readonly kind: 'realisation'; readonly key: string };

export const CACHE_INFO_KEY = 'nix-cache-info';
export const narInfoKey = (hash: StorePathHash): string => `${hash}.narinfo`;
/** @param deriver a derivation: `<hash>-<name>.drv` */
export const logKey = (deriver: StorePath): string => `log/${formatBaseName(deriver)}`;
export const debugInfoKey = (buildId: string): string => `debuginfo/${buildId}`;
export const listingKey = (hash: StorePathHash): string => `${hash}.ls`;

const MOST_PATH_LENGTH = 1024;
const NARINFO = /^([0-9a-z]{32})\.narinfo$/;
const LISTING = /^([0-9a-z]{32})\.ls$/;
const LOG = /^log\/([^/]+)$/;
const DEBUGINFO = /^debuginfo\/([0-9a-f]{2,128})(?:\.debug)?$/; // with the suffix in file:// caches of old
const REALISATION = /^realisations\/sha256:[0-9a-f]{64}![A-Za-z0-9+._?=-]{1,211}\.doi$/;
const BUILD_TRACE = /^build-trace-v2\/([^/]+\.drv)\/[A-Za-z0-9+._?=-]{1,211}\.doi$/;

/**
 * @param path the path of a URL as it came: with its slash, without a query, perhaps with percent-encoding.
 * @returns undefined for everything that is not an object of a binary cache, malformed paths among them.
 */
export function cacheObject(path: string): CacheObject | undefined {
  const key = keyOf(path);
  if (key === undefined) return undefined;
  if (key === CACHE_INFO_KEY) return { kind: 'nix-cache-info', key };
  if (narKey({ url: key }) !== undefined) return { kind: 'nar', key };
  if (REALISATION.test(key)) return { kind: 'realisation', key };
  const hashed = NARINFO.exec(key)?.[1] ?? LISTING.exec(key)?.[1];
  if (hashed !== undefined) {
    const hash = parsedOr(parseStorePathHash, hashed);
    return hash && { kind: key.endsWith('.ls') ? 'listing' : 'narinfo', key, hash };
  }
  const buildId = DEBUGINFO.exec(key)?.[1];
  if (buildId !== undefined) return { kind: 'debuginfo', key, buildId };
  const logged = LOG.exec(key)?.[1];
  const storePath = parsedOr(parseStorePathBaseName, logged ?? BUILD_TRACE.exec(key)?.[1] ?? '');
  if (storePath === undefined) return undefined;
  return logged === undefined ? { kind: 'realisation', key } : { kind: 'log', key, path: storePath };
}

/** The path of a URL without its slash, decoded once: a key never holds a percent sign, so what is encoded twice names nothing. */
export function keyOf(path: string): string | undefined {
  if (!path.startsWith('/') || path.length > MOST_PATH_LENGTH) return undefined;
  if (!path.includes('%')) return path.slice(1);
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
}

function parsedOr<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
