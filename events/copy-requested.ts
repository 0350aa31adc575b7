/**
 * → copy: "bring this one store object". Sent by detect (a release's list) and publish (references that nobody listed, and
 * what is due again).
 *     {"type":"copy-requested","hash":"1b2c…","release":"nixos/unstable/nixos-26.11pre…"}
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathHash, type StorePathHash } from '../shared/nix/store-path.ts';
import { field, parseJson } from './record.ts';

export interface CopyRequested {
  readonly type: 'copy-requested';
  readonly hash: StorePathHash;
  /** The release that lists it, for the log only. */
  readonly release?: ReleasePrefix;
}

const schema = v.object({
  type: v.literal('copy-requested'),
  hash: field(parseStorePathHash),
  release: v.exactOptional(field(parseReleasePrefix)),
});

export const formatCopyRequested = (event: Omit<CopyRequested, 'type'>): string =>
  JSON.stringify({ type: 'copy-requested', ...event } satisfies CopyRequested);

/** @throws {Malformed} that names the field. */
export const parseCopyRequested = (body: string): CopyRequested => parseJson('a copy request', schema, body);
