/**
 * Which store path is meant, however somebody writes it. Pure.
 *     7c4r…     7c4r…-hello-2.12.1     /nix/store/7c4r…-hello-2.12.1     /nix/store/7c4r…-hello-2.12.1/bin/hello
 */
import { readable } from '../../../events/record.ts';
import { parseStorePathBaseName, parseStorePathHash, type StorePathHash } from '../../../shared/nix/store-path.ts';

/** A store path has 254 characters at most; what lies within it may be longer, and is not looked at. */
const MOST_LENGTH = 4_096;

/** @returns the hash, which alone says which path it is; undefined when it names none. */
export function whichPath(text: string): StorePathHash | undefined {
  if (text.length > MOST_LENGTH) return undefined;
  const inStore = text
    .trim()
    .replace(/^\/+/, '')
    .replace(/^nix\/store\//, '');
  const [name = ''] = inStore.split('/');
  return readable(parseStorePathHash, name) ?? readable(parseStorePathBaseName, name)?.hash;
}

/** The same, as it stands in the path of a URL. */
export function whichPathInUrl(encoded: string): StorePathHash | undefined {
  try {
    return whichPath(decodeURIComponent(encoded));
  } catch {
    return undefined;
  }
}
