/**
 * copy → log stream: what one request for a store path came to. One that failed and is tried again has a failure record only.
 *     {"v":1,"kind":"copy","id":"…","ts":"…","outcome":"copied","store_hash":"1b2c…","name":"glibc-2.40-36",
 *      "release":"nixos/unstable/nixos-26.11pre…","file_hash":"sha256:1abc…","file_size":9123456,"nar_size":31000000,
 *      "duration_us":412000,"attempt":1}
 */
import * as v from 'valibot';
import { parseReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathHash } from '../shared/nix/store-path.ts';
import { count, field } from './record.ts';
import { logRecord, storePathName, words } from './record-fields.ts';

/** `present`: it was visible or staged already. `failed`: given up for now, and the message is buried. */
export const COPY_OUTCOMES = ['copied', 'present', 'unavailable', 'failed'] as const;

export type CopyRecord = v.InferOutput<typeof copyRecord>;

export const copyRecord = v.object({
  ...logRecord('copy'),
  outcome: v.picklist(COPY_OUTCOMES),
  store_hash: field(parseStorePathHash),
  name: v.exactOptional(storePathName),
  /** On whose account it was asked for; absent for what publish or a reader asked for. */
  release: v.exactOptional(field(parseReleasePrefix)),
  file_hash: v.exactOptional(words(100)),
  file_size: v.exactOptional(count),
  nar_size: v.exactOptional(count),
  duration_us: count,
  /** How often its message has been received, this time included. */
  attempt: v.pipe(count, v.minValue(1)),
});
