/** Names that can't be read, as withdrawals that nobody has noted. */
import type { Withdrawal } from '../../../events/withdrawal.ts';
import { CollectRefused } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';

const MOST_UNASKED = 100;

/** They go, too, though nobody has asked for it: nobody knows what they refer to. Not if there are many: that is no rot. */
export function damagedNames(
  unreadable: readonly StorePathHash[],
  open: Pick<ReadonlyMap<StorePathHash, Withdrawal>, 'has'>,
  at: Date,
): readonly Withdrawal[] {
  const more = unreadable.filter((hash) => !open.has(hash));
  if (more.length > MOST_UNASKED)
    throw new CollectRefused(`${more.length} names can't be read: that is no rot, and somebody has to look`);
  return more.map((hash) => ({
    hash,
    kind: 'narinfo-damaged',
    evidence: `${narInfoKey(hash)} can't be read`,
    at: at.toISOString(),
    releases: [],
  }));
}
