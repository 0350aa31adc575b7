/**
 * A store path that is here but not named yet: state `staged/<hash>.narinfo`, upstream's narinfo byte for byte. Copy writes
 * it when the NAR is in the bucket, verified; publish makes it visible and takes it away.
 */

import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { readable } from './record.ts';

export const STAGED = 'staged/';
const SUFFIX = '.narinfo';

export const stagedKey = (hash: StorePathHash): string => `${STAGED}${hash}${SUFFIX}`;

/** The hash in a key below `staged/`; undefined for anything that copy did not put there. */
export function hashOfStagedKey(key: string): StorePathHash | undefined {
  if (!key.startsWith(STAGED) || !key.endsWith(SUFFIX)) return undefined;
  return readable(parseStorePathHash, key.slice(STAGED.length, -SUFFIX.length));
}
