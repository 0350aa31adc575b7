/**
 * The channel that a release is one of, by upstream's own layout (nixos-channel-scripts: mirror-nixos-branch.pl). Pure.
 *     nixos/unstable-small/nixos-26.11pre…  → nixos-unstable-small
 *     nixpkgs/nixpkgs-26.11pre…             → nixpkgs-unstable
 */
import { type ChannelName, parseChannelName, type ReleasePrefix } from '../../shared/nix/release.ts';

/** Undefined where the layout says nothing. */
export function channelOfRelease(release: ReleasePrefix): ChannelName | undefined {
  const [project = '', branch = '', ...name] = release.split('/');
  if (name.length === 0 && project === 'nixpkgs') return parseChannelName('nixpkgs-unstable');
  return name.length === 1 ? parseChannelName(`${project}-${branch}`) : undefined;
}
