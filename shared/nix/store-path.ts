/**
 * Store paths: `/nix/store/<hash>-<name>` (nix: src/libstore/path.cc). Only the store at /nix/store is ours: a path's hash
 * depends on the store's directory, and so does every signature.
 *     /nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432
 */
import { Malformed } from '../errors.ts';

declare const kind: unique symbol;
/** The 32 nix32 characters by which a store path is asked for: `<hash>.narinfo`. */
export type StorePathHash = string & { readonly [kind]: 'StorePathHash' };

export interface StorePath {
  readonly hash: StorePathHash;
  /** What follows the hash and its dash: `hello-2.12.1`, `hello-2.12.1.drv`. */
  readonly name: string;
}

export const STORE_DIR = '/nix/store';

const HASH_LENGTH = 32;
const HASH = /^[0-9a-df-np-sv-z]{32}$/; // nix32 has no e, o, u or t
// `.` and `..` must be neither the name nor what stands before its first dash; other leading dots were allowed again.
const NAME = /^(?!\.{1,2}(?:-|$))[A-Za-z0-9+\-._?=]{1,211}$/;

/** Whether a text is what may stand behind a store path's hash and its dash. */
export const isStorePathName = (text: string): boolean => NAME.test(text);

/** @throws {Malformed} */
export function parseStorePathHash(text: string, field = 'hash'): StorePathHash {
  if (!HASH.test(text)) throw new Malformed(`not a store path hash: ${quoted(text)}`, { field });
  return text as StorePathHash; // the only cast
}

/**
 * @param text `/nix/store/<hash>-<name>`
 * @throws {Malformed} with `facts.field`.
 */
export function parseStorePath(text: string, field = 'storePath'): StorePath {
  if (!text.startsWith(`${STORE_DIR}/`)) throw new Malformed(`not in ${STORE_DIR}: ${quoted(text)}`, { field });
  return parseStorePathBaseName(text.slice(STORE_DIR.length + 1), field);
}

/**
 * @param text `<hash>-<name>`
 * @throws {Malformed} with `facts.field`.
 */
export function parseStorePathBaseName(text: string, field = 'storePath'): StorePath {
  const hash = parseStorePathHash(text.slice(0, HASH_LENGTH), field);
  const name = text.slice(HASH_LENGTH + 1);
  if (text.charAt(HASH_LENGTH) !== '-' || !NAME.test(name)) {
    throw new Malformed(`not the name of a store path: ${quoted(text)}`, { field });
  }
  return { hash, name };
}

export const formatBaseName = ({ hash, name }: StorePath): string => `${hash}-${name}`;
export const formatStorePath = (path: StorePath): string => `${STORE_DIR}/${formatBaseName(path)}`;

const quoted = (text: string): string => JSON.stringify(text.slice(0, 300));
