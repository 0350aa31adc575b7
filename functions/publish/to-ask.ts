/** What copy is asked for: what is waited for, unless somebody has asked for it or it is known to be lacking. Pure. */
import type { StorePathHash } from '../../shared/nix/store-path.ts';

type Lookup = Pick<ReadonlySet<StorePathHash>, 'has'>;

export const toAsk = (absent: Iterable<StorePathHash>, ...known: readonly Lookup[]): readonly StorePathHash[] =>
  [...absent].filter((hash) => !known.some((lookup) => lookup.has(hash)));
