/** `/flake-registry.json` (nix: registry.cc, version 2): the channels as flakes, for `flake-registry` in nix.conf. Pure. */
import type { ChannelName } from '../../../shared/nix/release.ts';

/** The first of these that is here is what `nixpkgs` means; else the first channel that is. */
const NIXPKGS: readonly string[] = ['nixpkgs-unstable', 'nixos-unstable'];

export function flakeRegistry(channels: readonly ChannelName[], mirrorUrl: string): string {
  const nixpkgs = NIXPKGS.map((name) => channels.find((channel) => channel === name)).find(Boolean) ?? channels[0];
  const entry = (id: string, channel: ChannelName) => ({
    from: { type: 'indirect', id },
    to: { type: 'tarball', url: `${mirrorUrl}/channels/${channel}/nixexprs.tar.xz` },
  });
  const flakes = channels.map((channel) => entry(flakeId(channel), channel));
  return `${JSON.stringify({ version: 2, flakes: nixpkgs ? [entry('nixpkgs', nixpkgs), ...flakes] : flakes }, null, 1)}\n`;
}

/** A flake's id has letters, digits, dashes and underscores: `nixos-26.05` is `nixos-26_05`. Nix refuses a registry with another. */
const flakeId = (channel: ChannelName): string => channel.replaceAll('.', '_');
