/**
 * What goes with what is withdrawn: all store paths that name a NAR that goes, and of the names that are here every one that has any of
 * these in its closure. Pure.
 */
import type { Withdrawal } from '../../../events/withdrawal.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { NameGraph, PathId } from '../name-graph.ts';

export interface Doomed {
  /** To be brought anew: what was found, and whatever shares its NAR; each with the record that it goes by. */
  readonly anew: ReadonlyMap<PathId, Withdrawal>;
  /** Names that have to go, those among `anew` too, each with the one that it goes because of. */
  readonly names: ReadonlyMap<PathId, StorePathHash>;
}

export function doomedNames(graph: NameGraph, withdrawals: Iterable<Withdrawal>): Doomed {
  const anew = new Map<PathId, Withdrawal>();
  const byNar = new Map<number, Withdrawal>();
  for (const withdrawal of withdrawals) {
    anew.set(graph.idOf(withdrawal.hash), withdrawal);
    if (withdrawal.nar) byNar.set(graph.narIdOf(withdrawal.nar.key), withdrawal);
  }
  const referrers = new Map<PathId, PathId[]>();
  for (const [id, { visible, references, nars }] of graph.held) {
    const shared = nars.map((nar) => byNar.get(nar)).find((one) => one !== undefined);
    if (shared && !anew.has(id)) anew.set(id, { ...shared, hash: graph.hashOf(id), releases: [] });
    if (!visible) continue;
    for (const reference of references) {
      const known = referrers.get(reference);
      if (known) known.push(id);
      else referrers.set(reference, [id]);
    }
  }
  const names = new Map<PathId, StorePathHash>();
  const met = new Map<PathId, StorePathHash>();
  for (const id of anew.keys()) met.set(id, graph.hashOf(id));
  for (const [id, cause] of met) {
    if (graph.at(id)?.visible) names.set(id, cause);
    for (const referrer of referrers.get(id) ?? []) if (!met.has(referrer)) met.set(referrer, cause); // grows as it runs
  }
  return { anew, names };
}
