/**
 * A store path that is not what its name promises: state `withdrawals/<hash>.json`. Who finds it (verify, the scrub) writes it, and carries it
 * out under the lease: the names of all that refers to it go first, then its own, then its NAR. Publish has it brought anew, and takes
 * the record away when it is back, with all that was waiting for it.
 *     {"hash":"1b2c…","kind":"nar-rotten","evidence":"its NarHash is …","at":"2026-11-25T10:00:00.000Z",
 *      "nar":{"key":"nar/1094….nar.xz","etag":"\"…\""},"releases":["nixos/unstable/nixos-26.11pre…"],
 *      "awaySince":"2026-11-25T10:00:41.000Z"}
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { field, parseJson, readable, time } from './record.ts';

export interface Withdrawal {
  readonly hash: StorePathHash;
  /** What was found, in a word of a closed list (functions/collect/verify/finding.ts). */
  readonly kind: string;
  /** What was seen, in words for a person. */
  readonly evidence: string;
  readonly at: string;
  /** The NAR that goes with it, if it does: as it was seen. Another object under its key stays. */
  readonly nar?: { readonly key: string; readonly etag?: string };
  /** Settled releases whose manifests excuse what is away because of it. */
  readonly releases: readonly ReleasePrefix[];
  /** When the last of it had gone; absent until then. */
  readonly awaySince?: string;
}

export const WITHDRAWALS = 'withdrawals/';
const SUFFIX = '.json';
export const withdrawalKey = (hash: StorePathHash): string => `${WITHDRAWALS}${hash}${SUFFIX}`;

/** The hash in a key below `withdrawals/`; undefined for anything that is no record of one. */
export function hashOfWithdrawalKey(key: string): StorePathHash | undefined {
  if (!key.startsWith(WITHDRAWALS) || !key.endsWith(SUFFIX)) return undefined;
  return readable(parseStorePathHash, key.slice(WITHDRAWALS.length, -SUFFIX.length));
}

const schema = v.object({
  hash: field(parseStorePathHash),
  kind: v.string(),
  evidence: v.string(),
  at: time,
  nar: v.exactOptional(v.object({ key: v.string(), etag: v.exactOptional(v.string()) })),
  releases: v.array(field(parseReleasePrefix)),
  awaySince: v.exactOptional(time),
});

export const formatWithdrawal = (withdrawal: Withdrawal): string => `${JSON.stringify(withdrawal, null, 1)}\n`;
/** @throws {Malformed} */
export const parseWithdrawal = (text: string): Withdrawal => parseJson('a record of a withdrawal', schema, text);
