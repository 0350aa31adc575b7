/**
 * A store path that upstream lacks, has wrong, or could not give for long: state `unavailable/<hash>.json`. Copy writes it;
 * publish reads it, asks again when it is due, and deletes it when the path has come.
 */
import * as v from 'valibot';
import { UNAVAILABLE_REASONS } from '../shared/errors.ts';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { count, field, parseJson, readable, time } from './record.ts';

/** `failing`: tried for long, upstream or bucket at fault. It settles nothing; all others do. */
export const REASONS = [...UNAVAILABLE_REASONS, 'failing'] as const;
export type Reason = (typeof REASONS)[number];

export interface PathUnavailable {
  readonly hash: StorePathHash;
  readonly reason: Reason;
  /** What was seen, in words for a person. */
  readonly evidence: string;
  /** First time without a good one in between. */
  readonly since: string;
  readonly attempts: number;
  readonly last: string;
  /** Not to be asked for again before. */
  readonly next: string;
}

export const UNAVAILABLE = 'unavailable/';
const SUFFIX = '.json';
export const unavailableKey = (hash: StorePathHash): string => `${UNAVAILABLE}${hash}${SUFFIX}`;

/** The hash in a key below `unavailable/`; undefined for anything that copy did not put there. */
export function hashOfUnavailableKey(key: string): StorePathHash | undefined {
  if (!key.startsWith(UNAVAILABLE) || !key.endsWith(SUFFIX)) return undefined;
  return readable(parseStorePathHash, key.slice(UNAVAILABLE.length, -SUFFIX.length));
}

const LONGEST_WAIT_MS = 7 * 86_400_000;

/**
 * The record after one more attempt. What upstream lacks or has wrong is asked for ever more rarely: the wait doubles from
 * `retryAfterMs` to seven days. `failing` is no word about the path, and releases wait for it: it stays at `retryAfterMs`,
 * and neither counts the attempts of the other.
 */
export function afterAttempt(
  earlier: PathUnavailable | undefined,
  found: Pick<PathUnavailable, 'hash' | 'reason' | 'evidence'>,
  retryAfterMs: number,
  now: Date,
): PathUnavailable {
  const failing = found.reason === 'failing';
  const before = earlier && (earlier.reason === 'failing') === failing ? earlier : undefined;
  const attempts = (before?.attempts ?? 0) + 1;
  const doubled = failing ? retryAfterMs : retryAfterMs * 2 ** Math.min(attempts - 1, 30);
  const next = new Date(now.getTime() + Math.min(LONGEST_WAIT_MS, doubled)).toISOString();
  const at = now.toISOString();
  return { ...found, since: before?.since ?? at, attempts, last: at, next };
}

/** No record waits for longer than the longest wait: one that seems to is of a clock that was wrong. */
export function isNextDue({ next }: Pick<PathUnavailable, 'next'>, now: number): boolean {
  const ms = Date.parse(next) - now;
  return ms <= 0 || ms > LONGEST_WAIT_MS;
}

const schema = v.object({
  hash: field(parseStorePathHash),
  reason: v.picklist(REASONS),
  evidence: v.string(),
  since: time,
  attempts: count,
  last: time,
  next: time,
});

export const formatPathUnavailable = (record: PathUnavailable): string => `${JSON.stringify(record, null, 1)}\n`;
export const parsePathUnavailable = (text: string): PathUnavailable =>
  parseJson('a record of an unavailable path', schema, text);
