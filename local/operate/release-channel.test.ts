import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { channelOfRelease } from './release-channel.ts';

it.each([
  ['nixos/unstable/nixos-26.11pre1077996.6774f7bc2537', 'nixos-unstable'],
  ['nixos/unstable-small/nixos-26.11pre1077996.6774f7bc2537', 'nixos-unstable-small'],
  ['nixos/26.05/nixos-26.05.1234.6774f7bc2537', 'nixos-26.05'],
  ['nixpkgs/nixpkgs-26.11pre1077996.6774f7bc2537', 'nixpkgs-unstable'],
  ['nixpkgs/26.05-darwin/nixpkgs-darwin-26.05pre1.6774f7bc2537', 'nixpkgs-26.05-darwin'],
  ['a/b/c/nixos-26.05', undefined],
])('%s is a release of %s', (release, channel) => {
  expect(channelOfRelease(parseReleasePrefix(release))).toBe(channel);
});
