/**
 * The names that a withdrawal takes away, state `withdrawals/going`: a hash a line. Who carries withdrawals out writes it before the first
 * of them goes, and takes it away when the last has gone. In between publish makes none of them, so that what one run has hidden the
 * next one finds hidden.
 *     1b2c…
 */
import { Malformed } from '../shared/errors.ts';
import { lines } from '../shared/nix/lines.ts';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { readable } from './record.ts';
import { WITHDRAWALS } from './withdrawal.ts';

export const NAMES_GOING_KEY = `${WITHDRAWALS}going`;

export const formatNamesGoing = (hashes: Iterable<StorePathHash>): string =>
  Array.from(hashes, (hash) => `${hash}\n`).join('');

/** A line that is damaged is none: what it named may come back, and goes once more. */
export async function readNamesGoing(body: AsyncIterable<Uint8Array>): Promise<ReadonlySet<StorePathHash>> {
  const going = new Set<StorePathHash>();
  try {
    for await (const line of lines(body)) {
      const hash = readable(parseStorePathHash, line);
      if (hash !== undefined) going.add(hash);
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return going;
}
