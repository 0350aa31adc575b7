/**
 * The plan of publish from scratch: what becomes visible in which order, what copy is asked for, what is blocked by what.
 * Pure. The running publisher keeps the index between its ticks; this is the same decision in one breath.
 */
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { createClosureIndex } from './closure-index.ts';
import { toAsk } from './to-ask.ts';

type Lookup = Pick<ReadonlySet<StorePathHash>, 'has'>;

export interface Known {
  /** Each staged path with its references. */
  readonly staged: ReadonlyMap<StorePathHash, readonly StorePathHash[]>;
  readonly visible: Lookup;
  /** By their own fault; what is blocked is derived anew, and heals with its cause. */
  readonly unavailable: ReadonlySet<StorePathHash>;
  /** Asked of copy and not answered yet, and `failing`: it blocks nobody, its referrers wait. */
  readonly asked: Lookup;
}

export interface Plan {
  /** References first. */
  readonly show: readonly StorePathHash[];
  readonly ask: readonly StorePathHash[];
  /** Store path → the unavailable one in its closure. */
  readonly blocked: ReadonlyMap<StorePathHash, StorePathHash>;
}

export function planPublish({ staged, visible, unavailable, asked }: Known): Plan {
  const index = createClosureIndex();
  for (const [hash, references] of staged)
    index.stage(
      hash,
      references.filter((reference) => !visible.has(reference)),
    );
  for (const hash of unavailable) index.setUnavailable(hash, true);

  const show: StorePathHash[] = [];
  for (let hash = index.takeReady(); hash !== undefined; hash = index.takeReady()) {
    show.push(hash);
    index.reveal(hash);
  }
  return { show, ask: toAsk(index.absent, unavailable, asked), blocked: index.blocked() };
}
