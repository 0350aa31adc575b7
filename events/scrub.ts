/**
 * How far the scrub has come: state `scrub.json`. The scrub writes it, for itself and for who looks. It looks at names in the order of
 * their keys, and reads the NAR of each; a round is over when it has seen them all.
 *     {"at":"2026-11-25T03:00:00.000Z","allowance":1048576,
 *      "round":{"began":"…","cursor":"1b2c….narinfo","names":812,"nars":801,"bytes":73400320,"found":{"nar-rotten":1},"withdrawn":1},
 *      "last":{"began":"…","ended":"…","names":98412,"nars":91204,"bytes":412316860416,"found":{}}}
 */
import * as v from 'valibot';
import { count, parseJson, time } from './record.ts';

interface Seen {
  readonly began: string;
  readonly names: number;
  /** NARs that were read, and the bytes of their files. */
  readonly nars: number;
  readonly bytes: number;
  /** What was wrong, by the word for it (functions/collect/verify/finding.ts). */
  readonly found: Readonly<Record<string, number>>;
}

export interface ScrubRound extends Seen {
  /** The last key that was looked at; empty before the first. */
  readonly cursor: string;
  /** Noted to be withdrawn. */
  readonly withdrawn: number;
}

export interface ScrubRecord {
  readonly at: string;
  /** Bytes that might be read now; less than none when the last NAR was larger than what was left. */
  readonly allowance: number;
  /** The one that is under way. */
  readonly round?: ScrubRound;
  /** The last one that was over. */
  readonly last?: Seen & { readonly ended: string };
}

export const SCRUB_KEY = 'scrub.json';

/** A word, and nothing else: it is shown to everybody. */
const kind = v.pipe(v.string(), v.maxLength(40), v.regex(/^[a-z]+(?:-[a-z]+)*$/));
const seen = { began: time, names: count, nars: count, bytes: count, found: v.record(kind, count) };
const schema = v.object({
  at: time,
  allowance: v.pipe(v.number(), v.safeInteger()),
  round: v.exactOptional(v.object({ ...seen, cursor: v.string(), withdrawn: count })),
  last: v.exactOptional(v.object({ ...seen, ended: time })),
});

export const formatScrub = (record: ScrubRecord): string => `${JSON.stringify(record, null, 1)}\n`;
/** @throws {Malformed} */
export const parseScrub = (text: string): ScrubRecord => parseJson('a record of the scrub', schema, text);
