/**
 * Which staged store paths wait for which others: the decision of publish, kept up to date change by change. Pure.
 *
 * A staged path is *ready* when all its references are visible. Nothing is looked up twice: making one path visible costs
 * as much as it has referrers, whatever else is staged. A cycle (there is none in a sane store) just never gets ready.
 */
import type { StorePathHash } from '../../shared/nix/store-path.ts';

interface Staged {
  /** Those that were not visible when it was staged; itself left out. */
  readonly references: readonly StorePathHash[];
  /** How many of them are still not visible. */
  open: number;
}

export interface ClosureIndex {
  /**
   * The one copy of a hash that the index keeps. A slice would keep the whole narinfo that it was cut from, and each of a
   * store path's referrers would keep a copy of its own.
   */
  own(hash: StorePathHash): StorePathHash;
  /** Takes a staged path in. `references`: those that are not visible; itself and duplicates may be among them. */
  stage(hash: StorePathHash, references: Iterable<StorePathHash>): void;
  /** The path was taken away before it became visible. */
  unstage(hash: StorePathHash): void;
  /** The path is visible now: its referrers wait for one less. */
  reveal(hash: StorePathHash): void;
  setUnavailable(hash: StorePathHash, unavailable: boolean): void;
  isStaged(hash: StorePathHash): boolean;
  readonly staged: Iterable<StorePathHash>;
  readonly size: number;
  /** Takes one ready path, each once; `giveBack` makes it ready again. */
  takeReady(): StorePathHash | undefined;
  giveBack(hash: StorePathHash): void;
  /** What is waited for and not staged. */
  readonly absent: Iterable<StorePathHash>;
  /** Every staged path with an unavailable one in its closure, and that one. */
  blocked(): ReadonlyMap<StorePathHash, StorePathHash>;
}

export function createClosureIndex(): ClosureIndex {
  const staged = new Map<StorePathHash, Staged>();
  const waitingFor = new Map<StorePathHash, StorePathHash[]>(); // reference → referrers
  const absent = new Set<StorePathHash>();
  const ready = new Set<StorePathHash>();
  const unavailable = new Set<StorePathHash>();
  const owned = new Map<StorePathHash, StorePathHash>();

  return {
    own(hash) {
      const known = owned.get(hash);
      if (known !== undefined) return known;
      const copy = Buffer.from(hash, 'latin1').toString('latin1') as StorePathHash;
      owned.set(copy, copy);
      return copy;
    },

    stage(hash, references) {
      if (staged.has(hash)) return;
      const open = [...new Set(references)].filter((reference) => reference !== hash);
      staged.set(hash, { references: open, open: open.length });
      absent.delete(hash);
      for (const reference of open) {
        const referrers = waitingFor.get(reference);
        if (referrers) referrers.push(hash);
        else waitingFor.set(reference, [hash]);
        if (!staged.has(reference)) absent.add(reference);
      }
      if (open.length === 0) ready.add(hash);
    },

    unstage(hash) {
      for (const reference of staged.get(hash)?.references ?? []) {
        const left = waitingFor.get(reference)?.filter((referrer) => referrer !== hash);
        if (left?.length) waitingFor.set(reference, left);
        else {
          waitingFor.delete(reference);
          absent.delete(reference);
        }
      }
      staged.delete(hash);
      ready.delete(hash);
      if (waitingFor.has(hash)) absent.add(hash);
    },

    reveal(hash) {
      owned.delete(hash);
      staged.delete(hash);
      ready.delete(hash);
      absent.delete(hash);
      unavailable.delete(hash);
      for (const referrer of waitingFor.get(hash) ?? []) {
        const waiting = staged.get(referrer);
        if (!waiting) continue;
        waiting.open -= 1;
        if (waiting.open === 0) ready.add(referrer);
      }
      waitingFor.delete(hash);
    },

    setUnavailable(hash, is) {
      if (is) unavailable.add(hash);
      else unavailable.delete(hash);
    },

    isStaged: (hash) => staged.has(hash),

    get staged() {
      return staged.keys();
    },

    get size() {
      return staged.size;
    },

    takeReady() {
      for (const hash of ready) {
        ready.delete(hash);
        return hash;
      }
      return undefined;
    },

    giveBack(hash) {
      if (staged.get(hash)?.open === 0) ready.add(hash);
    },

    get absent() {
      return absent;
    },

    blocked() {
      const blocked = new Map<StorePathHash, StorePathHash>();
      const causes = [...unavailable].filter((hash) => absent.has(hash)); // grows as it runs: no recursion
      for (const cause of causes) {
        for (const referrer of waitingFor.get(cause) ?? []) {
          if (blocked.has(referrer)) continue;
          blocked.set(referrer, blocked.get(cause) ?? cause);
          causes.push(referrer);
        }
      }
      return blocked;
    },
  };
}
