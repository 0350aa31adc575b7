/** What serve asks of upstream when a path is not here (`ON_MISS=pull`), as a port. */
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Given } from '../answer.ts';
import type { Small } from '../small.ts';

export interface Pull {
  /**
   * Upstream's narinfo, verified against the trusted keys and asked of the copy queue on the way. Undefined when upstream
   * lacks it, is slow or is down: it never throws, and takes less than a second.
   */
  narInfo(hash: StorePathHash): Promise<Small | undefined>;
  /** Undefined for a key (`nar/<file>`) that upstream's NARs don't have. */
  nar(key: string): UpstreamNar | undefined;
}

/** A NAR file of upstream's. */
export interface UpstreamNar {
  readonly url: string;
  /** Known of those whose narinfo was answered lately: the store path, and the narinfo's FileSize in bytes. */
  readonly given?: Given | undefined;
  readonly fileSize?: number | undefined;
}
