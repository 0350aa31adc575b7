/**
 * When a release is settled: every store path that it lists is valid here or known to be unavailable. Pure.
 */
import type { PathUnavailable } from '../../events/path-unavailable.ts';
import type { MissingPath } from '../../events/release-manifest.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';

export interface Absences {
  readonly unavailable: ReadonlyMap<StorePathHash, Pick<PathUnavailable, 'reason'>>;
  /** Store path → the unavailable one in its closure. */
  readonly blocked: ReadonlyMap<StorePathHash, StorePathHash>;
  /** The whole name of a listed path. */
  readonly pathOf: (hash: StorePathHash) => StorePath | undefined;
}

/**
 * Why each pending path of a release is not here; undefined when one of them may still come. `failing` settles nothing:
 * upstream or the bucket is at fault, and the release waits.
 */
export function settle(
  pending: Iterable<StorePathHash>,
  { unavailable, blocked, pathOf }: Absences,
): readonly MissingPath[] | undefined {
  const missing: MissingPath[] = [];
  for (const hash of pending) {
    const path = pathOf(hash);
    if (!path) return undefined;
    const reason = unavailable.get(hash)?.reason;
    const because = blocked.get(hash);
    if (reason !== undefined && reason !== 'failing') missing.push({ path, reason });
    else if (because !== undefined) missing.push({ path, reason: 'blocked', because });
    else return undefined;
  }
  return missing.sort((a, b) => (a.path.hash < b.path.hash ? -1 : 1));
}
