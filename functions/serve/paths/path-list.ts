/**
 * Which store paths a release lists, small enough to keep: eight bytes each, 1.2 MB for 150,000. A hash is known by its first
 * ten characters, 50 bits; that a path is taken for one that is listed happens once in some thousands of millions.
 */
import type { StorePath, StorePathHash } from '../../../shared/nix/store-path.ts';

export interface PathList {
  readonly bytes: number;
  has(hash: StorePathHash): boolean;
}

const CHARACTERS = 10;
const VALUES = new Map([...'0123456789abcdfghijklmnpqrsvwxyz'].map((character, value) => [character, value]));

function keyOf(hash: StorePathHash): number {
  let key = 0;
  for (let at = 0; at < CHARACTERS; at += 1) key = key * 32 + (VALUES.get(hash.charAt(at)) ?? 0);
  return key;
}

/** @param most paths; of what comes after them nothing is known */
export async function readPathList(paths: AsyncIterable<StorePath>, most: number): Promise<PathList> {
  let keys = new Float64Array(1_024); // 50 bits are whole numbers in it
  let count = 0;
  for await (const { hash } of paths) {
    if (count === most) break;
    if (count === keys.length) {
      const larger = new Float64Array(Math.min(most, count * 2));
      larger.set(keys);
      keys = larger;
    }
    keys[count] = keyOf(hash);
    count += 1;
  }
  const sorted = keys.slice(0, count).sort();
  return { bytes: sorted.byteLength, has: (hash) => includes(sorted, keyOf(hash)) };
}

function includes(sorted: Float64Array, key: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === key;
}
