/** What is reached from roots, group by group: a store path belongs to the first group that reaches it. Pure. */
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { NameGraph, PathId } from './name-graph.ts';

export interface Reach {
  /** The next roots are those of a new group. */
  begin(): void;
  /** From this path to all that it refers to. One that is not here is reached, too: somebody waits for it. */
  from(hash: StorePathHash): void;
  has(id: PathId): boolean;
  /** Each with the store paths that no group before it reached. */
  readonly groups: readonly (readonly PathId[])[];
}

export function createReach(graph: Pick<NameGraph, 'known' | 'at'>): Reach {
  const reached: boolean[] = [];
  const groups: PathId[][] = [];

  return {
    begin() {
      groups.push([]);
    },
    from(hash) {
      const root = graph.known(hash);
      if (root === undefined) return; // not here, and nothing that is here has to do with it
      const group = groups.at(-1);
      const toVisit = [root];
      for (let id = toVisit.pop(); id !== undefined; id = toVisit.pop()) {
        if (reached[id]) continue;
        reached[id] = true;
        group?.push(id);
        for (const reference of graph.at(id)?.references ?? []) if (!reached[reference]) toVisit.push(reference);
      }
    },
    has: (id) => reached[id] ?? false,
    groups,
  };
}
