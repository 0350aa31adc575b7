/** What readers may have asked of copy in a day (`PULL_PATHS_PER_DAY`, `PULL_BYTES_PER_DAY`). Pure. */
import type { Pulls } from '../../../events/pulls.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';

export interface Budget {
  readonly paths: number;
  readonly bytes: number;
}

export interface Wanted {
  readonly hash: StorePathHash;
  readonly bytes: number;
}

/** Nothing fits any more today, whatever it is. */
export const isSpent = ({ paths, bytes }: Pulls, budget: Budget): boolean =>
  paths.length >= budget.paths || bytes >= budget.bytes;

/** Takes on what is new and fits, in the order of asking. One that is too large leaves room for those after it. */
export function takeOn(
  pulls: Pulls,
  wanted: readonly Wanted[],
  budget: Budget,
): { readonly pulls: Pulls; readonly taken: readonly Wanted[] } {
  const paths = new Set(pulls.paths);
  let { bytes } = pulls;
  const taken: Wanted[] = [];
  for (const one of wanted) {
    if (paths.has(one.hash) || paths.size >= budget.paths || bytes + one.bytes > budget.bytes) continue;
    paths.add(one.hash);
    bytes += one.bytes;
    taken.push(one);
  }
  return { pulls: { ...pulls, bytes, paths: [...paths] }, taken };
}

/** What was taken on and could not be asked for. */
export function giveBack(pulls: Pulls, untaken: readonly Wanted[]): Pulls {
  const given = new Map(untaken.map(({ hash, bytes }) => [hash, bytes]));
  const back = pulls.paths.reduce((sum, hash) => sum + (given.get(hash) ?? 0), 0);
  return {
    ...pulls,
    bytes: Math.max(0, pulls.bytes - back),
    paths: pulls.paths.filter((hash) => !given.has(hash)),
  };
}
