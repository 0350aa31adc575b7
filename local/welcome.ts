/** What `npm start` says to a person: how to choose channels, what was wrong, where the mirror is and how to use it. */
import { formatPublicKey, type PublicKey } from '../shared/nix/signature.ts';
import { count, counted, size } from './figures.ts';
import type { OnceOutcome } from './once.ts';
import type { Summary } from './summary.ts';

/** Counts and sizes are rough; https://status.nixos.org lists the channels. */
export const CHOOSING_CHANNELS = `
CHANNELS says what to mirror, separated by spaces, by the names of https://channels.nixos.org. A channel's store paths
are copied whole, so choose by what they need on disk (roughly):
  nixos-26.05-small, nixos-unstable-small    fewer store paths, ahead of the large channels
  nixos-26.05, nixos-unstable                100,000 to 250,000 store paths, 0.2 to 0.5 TB
  nixpkgs-unstable                           the same order
A later release of a channel, and a channel beside a similar one, share most of their store paths.
  CHANNELS="nixos-unstable-small" npm start
`;

export interface Substituter {
  readonly url: string;
  readonly upstream: string;
  readonly publicKeys: readonly PublicKey[];
}

/** The lines of nix.conf: both caches, so that no build gets worse. Which one Nix asks first, their priorities say. */
export const nixConf = ({ url, upstream, publicKeys }: Substituter): string =>
  `substituters = ${url} ${upstream}\ntrusted-public-keys = ${publicKeys.map(formatPublicKey).join(' ')}\n`;

export const welcome = (substituter: Substituter): string =>
  `Copycat serves ${substituter.url}\n\nIn nix.conf:\n${nixConf(substituter).replace(/^(?=.)/gm, '  ')}\n`;

export const STOPPING = 'stopping: what is under way has ten seconds\n';

/** The last lines of a run with --once. */
export function inWords(summary: Summary, { failedChannels, deadLettered }: OnceOutcome): string {
  const unavailable = Object.entries(summary.unavailable).map(([reason, number]) => `${count(number)} ${reason}`);
  const moved = Object.entries(summary.moved).map(([channel, release]) => `${channel} is at ${release}`);
  const lines = [
    `${counted(summary.detected, 'new release')}, ${counted(summary.unchanged, 'channel')} unchanged`,
    `${counted(summary.copied, 'store path')} copied (${size(summary.bytes)}), ${counted(summary.published, 'narinfo')} published`,
    ...(unavailable.length > 0 ? [`unavailable upstream: ${unavailable.join(', ')}`] : []),
    ...moved,
    ...(failedChannels.length > 0 ? [`not looked at: ${failedChannels.join(', ')}`] : []),
    ...(deadLettered > 0 ? [`${counted(deadLettered, 'message')} went to the dead letters`] : []),
  ];
  return `\n${lines.join('\n')}\n`;
}
