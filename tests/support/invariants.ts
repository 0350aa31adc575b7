/**
 * The invariants 1 to 5 of ARCHITECTURE.md as a checker over a mirror's buckets. It believes nothing that the mirror
 * says about itself: NARs are unpacked and hashed, signatures verified, lists taken from upstream.
 */
import { type Buckets, readHoldings } from './holdings.ts';
import { createChannelCheck } from './invariants-of-channels.ts';
import { brokenKeys } from './invariants-of-keys.ts';
import { brokenNames } from './invariants-of-names.ts';
import { brokenNars } from './invariants-of-nars.ts';
import { createNarHasher } from './nar-hash.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

export interface InvariantChecker {
  /** One sentence for each broken promise. No mirror may be writing meanwhile: it would be seen half way. */
  check(buckets: Buckets): Promise<readonly string[]>;
}

/** It remembers where channels stood, so that it sees one move back. One checker for one mirror. */
export function createInvariantChecker(reference: ReferenceUpstream): InvariantChecker {
  const narHash = createNarHasher();
  const brokenChannels = createChannelCheck(reference);
  return {
    async check(buckets) {
      const holdings = await readHoldings(buckets);
      return [
        ...(await brokenKeys(holdings, reference)),
        ...(await brokenNars(holdings, reference, narHash)),
        ...(await brokenNames(holdings, reference)),
        ...brokenChannels(holdings),
      ];
    },
  };
}
