/** What a settled release still lacks, and why now: its manifest is written anew only when it does not say so. Pure. */
import type { MissingPath } from '../../events/release-manifest.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Absences } from './settle.ts';
import type { VisibleNames } from './visible-names.ts';

/** @returns undefined when `said` is right. */
export function restate(
  said: readonly MissingPath[],
  pending: Pick<ReadonlySet<StorePathHash>, 'has'>,
  visible: Pick<VisibleNames, 'knows'>,
  { unavailable, blocked }: Pick<Absences, 'unavailable' | 'blocked'>,
): readonly MissingPath[] | undefined {
  const still = said.filter(({ path }) => pending.has(path.hash));
  const now = still.map((missing): MissingPath => {
    const { path, reason, because } = missing;
    const known = unavailable.get(path.hash)?.reason;
    if (reason === 'withdrawn' && known !== undefined && known !== 'failing') return { path, reason: known };
    const cause = blocked.get(path.hash);
    const isPast = because !== undefined && visible.knows(because as StorePathHash); // it is back, and is not why any more
    return reason === 'blocked' && isPast && cause !== undefined ? { path, reason, because: cause } : missing;
  });
  return now.length === said.length && now.every((missing, at) => missing === said[at]) ? undefined : now;
}
