/** How a store path stands here, and why: the words of the page and of the API. */
import type { Reason } from '../../../events/path-unavailable.ts';
import type { ManifestReason } from '../../../events/release-manifest.ts';
import type { StorePath, StorePathHash } from '../../../shared/nix/store-path.ts';
import type { InRelease } from './releases.ts';

/**
 * `here`: it can be installed from here. `waiting`: copied and verified, and shown once all its references are here. `blocked`: the
 * same, but one of them can't be had. `unavailable`: upstream lacks it or has it wrong. `failing`: tried for long, upstream or this
 * mirror at fault. `asked`: listed or asked for, and not come yet. `unlisted`: nobody asked for it.
 */
export type State = 'here' | 'waiting' | 'blocked' | 'unavailable' | 'failing' | 'asked' | 'unlisted';

/** Why a path is not here: what copy wrote down. Times in ISO 8601. */
export interface Trouble {
  readonly reason: ManifestReason;
  readonly since?: string;
  readonly attempts?: number;
  readonly last?: string;
  /** Not asked for again before. */
  readonly next?: string;
  /** What was seen, in words. */
  readonly evidence?: string;
}

/** One path on the way from what was asked about to the cause, or one reference. */
export interface Link {
  readonly hash: StorePathHash;
  /** Absent when only the hash is known. */
  readonly path?: StorePath;
  readonly state: State;
}

export interface References {
  readonly total: number;
  /** Those that are not here, and those that were not looked at, first. */
  readonly paths: readonly Link[];
  /** How many were looked at: less than all where there are very many. */
  readonly lookedAt: number;
  readonly here: number;
}

export interface Standing extends Link {
  /** Since when it is in this state, in ISO 8601. */
  readonly since?: string;
  readonly trouble?: Trouble;
  /** `blocked`, and `waiting` for one that fails: from this path to the cause, both included. */
  readonly chain?: readonly Link[];
  /** The trouble of the chain's last one. */
  readonly because?: Trouble;
  readonly references?: References;
  readonly releases: readonly InRelease[];
  /** Releases whose lists are not read yet: more may turn out to name it. */
  readonly unreadReleases: number;
}

export const stateOf = (reason: Reason): State => (reason === 'failing' ? 'failing' : 'unavailable');
