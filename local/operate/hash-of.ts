import {
  parseStorePath,
  parseStorePathBaseName,
  parseStorePathHash,
  type StorePathHash,
} from '../../shared/nix/store-path.ts';

/** The hash in what a person calls a store path by: all of it, its last part, or the hash alone. @throws {Malformed} */
export function parseHashOf(text: string): StorePathHash {
  if (text.startsWith('/')) return parseStorePath(text).hash;
  return text.includes('-') ? parseStorePathBaseName(text).hash : parseStorePathHash(text);
}
