/**
 * What readers of this mirror have had asked of copy on one day (UTC): state `snapshots/pulls-<date>.json`. Serve writes it, by
 * compare-and-swap, before it asks: so a path is asked for once, whoever serves, and a day costs no more than its budget.
 *     {"date":"2026-11-22","bytes":52428800,"paths":["1b2c…","9xk2…"]}
 */
import * as v from 'valibot';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { count, field, parseJson } from './record.ts';

export interface Pulls {
  /** `2026-11-22` */
  readonly date: string;
  /** What their files have together, as upstream says. */
  readonly bytes: number;
  readonly paths: readonly StorePathHash[];
}

export const pullsKey = (date: string): string => `snapshots/pulls-${date}.json`;

const schema = v.object({
  date: v.pipe(v.string(), v.isoDate()),
  bytes: count,
  paths: v.array(field(parseStorePathHash)),
});

export const formatPulls = (pulls: Pulls): string => `${JSON.stringify(pulls)}\n`;
export const parsePulls = (text: string): Pulls => parseJson('a record of pulls', schema, text);
