/**
 * The store paths that somebody needs: the closure of the releases that stay and of the pins, and what came on no release's account
 * (a reader asked for it) not long ago. Pure.
 */
import type { NameGraph, PathId } from './name-graph.ts';
import type { Reach } from './reach.ts';

export interface LiveSet {
  has(id: PathId): boolean;
  /** This one, and all that it refers to. */
  keep(id: PathId): void;
  /** Names. */
  readonly names: number;
  /** Of NAR files, each counted once. */
  readonly bytes: number;
}

export interface LiveOptions {
  /** What came after it (ms), and no group reaches, stays. */
  readonly youngSince: number;
  /** `RETAIN_BYTES`, for NAR files. */
  readonly mostBytes: number;
}

/**
 * @param reach its first group is needed; the others are kept as far as there is room, one after the other.
 * @returns how many of its groups stay
 */
export function decideLive(
  graph: NameGraph,
  { has, groups }: Reach,
  { youngSince, mostBytes }: LiveOptions,
): { readonly live: LiveSet; readonly staying: number } {
  const live = createLiveSet(graph);
  for (const id of groups[0] ?? []) live.keep(id);
  for (const [id, { facts }] of graph.held) if (!has(id) && facts.at > youngSince) live.keep(id);
  let staying = 1;
  for (const group of groups.slice(1)) {
    if (live.bytes + live.bytesToCome(group) > mostBytes) break;
    for (const id of group) live.keep(id);
    staying += 1;
  }
  return { live, staying };
}

function createLiveSet(graph: NameGraph): LiveSet & { bytesToCome(ids: Iterable<PathId>): number } {
  const live: boolean[] = [];
  const nars = new Set<number>();
  let names = 0;
  let bytes = 0;

  return {
    has: (id) => live[id] ?? false,
    keep(root) {
      const toVisit = [root];
      for (let id = toVisit.pop(); id !== undefined; id = toVisit.pop()) {
        if (live[id]) continue;
        live[id] = true;
        const held = graph.at(id);
        if (!held) continue;
        if (held.visible) names += 1;
        for (const nar of held.nars) {
          if (nars.has(nar)) continue;
          nars.add(nar);
          bytes += graph.narSizes.get(nar) ?? 0;
        }
        for (const reference of held.references) if (!live[reference]) toVisit.push(reference);
      }
    },
    bytesToCome(ids) {
      const fresh = new Set<number>();
      for (const id of ids) for (const nar of graph.at(id)?.nars ?? []) if (!nars.has(nar)) fresh.add(nar);
      let sum = 0;
      for (const nar of fresh) sum += graph.narSizes.get(nar) ?? 0;
      return sum;
    },
    get names() {
      return names;
    },
    get bytes() {
      return bytes;
    },
  };
}
