/**
 * How far a backfill has asked: state `backfills/<id>.json`. It is known by the store paths that it is about, whatever named them, so
 * that the same command goes on where it was cut. Paths are asked for in the order of their hashes.
 *     {"id":"1f0c…","paths":142311,"asked":86500,"upTo":"j9xk2…","began":"…","at":"…","done":false}
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { count, field, parseJson, time } from './record.ts';

export interface Backfill {
  readonly id: string;
  /** Store paths that it is about. */
  readonly paths: number;
  /** Of these, asked for. */
  readonly asked: number;
  /** All that were to be asked for, up to this one, have been. Absent: none. */
  readonly upTo?: StorePathHash;
  readonly began: string;
  readonly at: string;
  /** All have been asked for. */
  readonly done: boolean;
}

/** @param sorted hashes in their order */
export function backfillId(sorted: Iterable<StorePathHash>): string {
  const digest = createHash('sha256');
  for (const hash of sorted) digest.update(hash);
  return digest.digest('hex').slice(0, 32);
}

export const backfillKey = (id: string): string => `backfills/${id}.json`;

const schema = v.object({
  id: v.string(),
  paths: count,
  asked: count,
  upTo: v.exactOptional(field(parseStorePathHash)),
  began: time,
  at: time,
  done: v.boolean(),
});

export const formatBackfill = (backfill: Backfill): string => `${JSON.stringify(backfill, null, 1)}\n`;
/** @throws {Malformed} */
export const parseBackfill = (text: string): Backfill => parseJson('a record of a backfill', schema, text);
