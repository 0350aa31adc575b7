/**
 * Which store paths are visible: asked of the bucket once, then remembered. Only the holder of the lease changes it, so what
 * is remembered holds for the term.
 */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export interface VisibleNames {
  isVisible(hash: StorePathHash, signal: AbortSignal): Promise<boolean>;
  /** What is remembered, without asking. */
  knows(hash: StorePathHash): boolean;
  remember(hash: StorePathHash): void;
}

/** Nothing goes. */
const NONE: ReadonlySet<StorePathHash> = new Set();
/** About 100 bytes each; beyond it the memory starts anew, and the bucket is asked again. */
const MOST = 1_000_000;

/** @param going names that are being withdrawn: here or not, they are as good as gone. */
export function createVisibleNames(
  bucket: Pick<Bucket, 'head'>,
  going: Pick<ReadonlySet<StorePathHash>, 'has'> = NONE,
  most = MOST,
): VisibleNames {
  const visible = new Set<StorePathHash>();
  const remember = (hash: StorePathHash): void => {
    if (visible.size >= most) visible.clear();
    visible.add(hash);
  };
  return {
    async isVisible(hash, signal) {
      if (going.has(hash)) return false;
      if (visible.has(hash)) return true;
      const found = (await bucket.head(narInfoKey(hash), signal)) !== undefined;
      if (found) remember(hash);
      return found;
    },
    knows: (hash) => visible.has(hash),
    remember,
  };
}
