/** What the publisher remembers between ticks, all of which the buckets can tell anew. It holds for one term of the lease. */
import type { ChannelPointer } from '../../events/channel-pointer.ts';
import type { ChannelSeen } from '../../events/channel-seen.ts';
import type { PathUnavailable } from '../../events/path-unavailable.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { type ClosureIndex, createClosureIndex } from './closure-index.ts';
import type { Usage } from './keep-usage.ts';
import { createReleases, type Releases } from './releases.ts';
import { createVisibleNames, type VisibleNames } from './visible-names.ts';
import type { Withdrawn } from './withdrawn.ts';
import type { Changes } from './write-changes.ts';

/** A channel as detect has seen it and where it stands here. */
export interface FollowedChannel {
  /** Of detect's record. */
  readonly key: string;
  readonly seen: ChannelSeen;
  /** Undefined when there is none; without a value when it is unreadable. */
  readonly pointer: { readonly etag: string; readonly value: ChannelPointer | undefined } | undefined;
}

export interface Memory {
  readonly term: number;
  readonly index: ClosureIndex;
  readonly visible: VisibleNames;
  readonly releases: Releases;
  readonly channels: Map<ChannelName, FollowedChannel>;
  /** Detect's records that were read: key → etag. */
  readonly records: Map<string, string>;
  readonly unavailable: Map<StorePathHash, PathUnavailable & { readonly etag: string }>;
  /** References asked of copy and not answered yet. */
  readonly asked: Set<StorePathHash>;
  /** Unavailable paths asked for again: when (ms). */
  readonly askedAgain: Map<StorePathHash, number>;
  /** To be asked for anew: staged narinfos that were damaged, or whose NAR is gone, and thrown away; and what was withdrawn. */
  readonly damaged: Set<StorePathHash>;
  readonly withdrawn: Withdrawn;
  /** Undefined when there is no limit. */
  readonly usage: Usage | undefined;
  readonly changes: Changes;
  lastProgress: Date;
  /** Whether it was looked once, since this memory began, if anything got lost. */
  lookedForLost: boolean;
}

export function createMemory(
  term: number,
  withdrawn: Withdrawn,
  { bucket, state, now }: { readonly bucket: Bucket; readonly state: Bucket; readonly now: () => Date },
): Omit<Memory, 'usage' | 'changes'> {
  return {
    term,
    index: createClosureIndex(),
    visible: createVisibleNames(bucket, withdrawn.going),
    releases: createReleases({ bucket, state }),
    channels: new Map(),
    records: new Map(),
    unavailable: new Map(),
    asked: new Set(),
    askedAgain: new Map(),
    damaged: new Set(),
    withdrawn,
    lastProgress: now(),
    lookedForLost: false,
  };
}
