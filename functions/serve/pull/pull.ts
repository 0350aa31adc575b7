/** What serve asks of upstream when a path is not here (`ON_MISS=pull`), as a port. */
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Small } from '../small.ts';

export interface Pull {
  /**
   * Upstream's narinfo, verified against the trusted keys and asked of the copy queue on the way. Undefined when upstream
   * lacks it, is slow or is down: it never throws, and takes less than a second.
   */
  narInfo(hash: StorePathHash): Promise<Small | undefined>;
  /** Where upstream has the NAR file of this key (`nar/<file>`); undefined for a key that upstream's NARs don't have. */
  narUrl(key: string): string | undefined;
}
