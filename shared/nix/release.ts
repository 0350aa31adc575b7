/**
 * Channels and releases, by their names. A channel's name never changes and what it points to does; a release is a prefix
 * below releases.nixos.org and never changes. The prefix is the release: its last part alone is not unique.
 *     nixos-unstable → nixos/unstable/nixos-26.11pre1077996.6774f7bc2537
 *     nixpkgs-unstable → nixpkgs/nixpkgs-26.11pre1077996.6774f7bc2537
 */
import { Malformed } from '../errors.ts';
import { isImage } from './release-file.ts';

declare const kind: unique symbol;
/** Two to four parts with slashes between them, none at either end. */
export type ReleasePrefix = string & { readonly [kind]: 'ReleasePrefix' };
export type ChannelName = string & { readonly [kind]: 'ChannelName' };

const PART = /^(?!\.{1,2}$)[A-Za-z0-9._+-]{1,150}$/;
/** Every release's own name has a version. What lies below a release has none or is an image: no prefix is a file of another. */
const VERSIONED = /[A-Za-z]-\d/;
const FEWEST_PARTS = 2;
const MOST_PARTS = 4;
const CHANNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws {Malformed} */
export function parseReleasePrefix(text: string): ReleasePrefix {
  const parts = text.split('/');
  const wellFormed =
    parts.length >= FEWEST_PARTS && parts.length <= MOST_PARTS && parts.every((part) => PART.test(part));
  const name = parts.at(-1) ?? '';
  if (!wellFormed || !VERSIONED.test(name) || isImage(name)) {
    throw new Malformed(`not a release: ${JSON.stringify(text.slice(0, 200))}`, { field: 'release' });
  }
  return text as ReleasePrefix; // the only cast
}

/** The last part: `nixos-26.11pre1077996.6774f7bc2537`. For people; two releases may share it. */
export const releaseName = (prefix: ReleasePrefix): string => prefix.slice(prefix.lastIndexOf('/') + 1);

/** @throws {Malformed} */
export function parseChannelName(text: string): ChannelName {
  if (!CHANNEL_NAME.test(text)) {
    throw new Malformed(`not a channel: ${JSON.stringify(text.slice(0, 200))}`, { field: 'channel' });
  }
  return text as ChannelName; // the only cast
}
