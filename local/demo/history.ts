/** The demo's channels: which commit of its history each of their releases was made from, and what a release is called. */
import { createHash } from 'node:crypto';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../shared/nix/release.ts';

export interface ReleaseName {
  readonly channel: ChannelName;
  readonly prefix: ReleasePrefix;
  /** Its number in the history, from 0. */
  readonly commit: number;
  /** 40 hex digits. */
  readonly revision: string;
  readonly releasedAt: Date;
  /** Leaves out what servers don't need. */
  readonly small: boolean;
}

export const COMMITS = 5;

/** The small channel is ahead of the large one. At commit 2 both make a release of one name, under two prefixes. */
const CHANNELS = [
  { name: 'nixos-unstable', below: 'nixos/unstable/nixos', commits: [0, 2, 3], small: false },
  { name: 'nixos-unstable-small', below: 'nixos/unstable-small/nixos', commits: [1, 2, 4], small: true },
  { name: 'nixpkgs-unstable', below: 'nixpkgs/nixpkgs', commits: [0, 1, 3], small: false },
] as const;

export const DEMO_CHANNELS: readonly ChannelName[] = CHANNELS.map(({ name }) => parseChannelName(name));

const FIRST_COUNT = 1_077_996;
const COMMITS_BETWEEN = 412;
const FIRST_RELEASE = Date.UTC(2026, 10, 19, 6, 20);
const TIME_BETWEEN_MS = 9 * 3_600_000;

/** Channel by channel, oldest first: `nixos/unstable/nixos-26.11pre1077996.6774f7bc2537`. */
export function releaseNames(seed: string): readonly ReleaseName[] {
  return CHANNELS.flatMap(({ name, below, commits, small }) =>
    commits.map((commit) => {
      const revision = createHash('sha1').update(`${seed} commit ${commit}`).digest('hex');
      const count = FIRST_COUNT + commit * COMMITS_BETWEEN;
      return {
        channel: parseChannelName(name),
        prefix: parseReleasePrefix(`${below}-26.11pre${count}.${revision.slice(0, 12)}`),
        commit,
        revision,
        releasedAt: new Date(FIRST_RELEASE + commit * TIME_BETWEEN_MS),
        small,
      };
    }),
  );
}
