/**
 * What detect has seen of a channel: state `channels/<channel>.json`. Detect writes it, publish reads it.
 *
 * The releases stand in the order in which the channel named them, and that order is what "forward" means for its pointer. Releases that an
 * operator asked for stand among them, so that publish settles them; they are marked, and no pointer goes there.
 */
import * as v from 'valibot';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { count, field, parseJson, time } from './record.ts';

export interface SeenRelease {
  readonly release: ReleasePrefix;
  readonly seenAt: string;
  /** Every message of its fan-out list has been sent at least once. */
  readonly fannedOut: boolean;
  /** Runs of detect that may still try to bring its images (`MIRROR_IMAGES`); none when all are here. Absent: none has tried. */
  readonly imageRuns?: number;
  /** The channel did not name it: an operator asked for it (scripts/backfill.ts). */
  readonly backfilled?: boolean;
}

export interface ChannelSeen {
  readonly channel: ChannelName;
  /** Oldest first. */
  readonly releases: readonly SeenRelease[];
}

/** Releases of one channel that are followed at most. Older ones, unsettled still, are left behind: nobody waits for them. */
export const MOST_FOLLOWED = 10;

export const CHANNELS_SEEN = 'channels/';
export const channelSeenKey = (channel: ChannelName): string => `${CHANNELS_SEEN}${channel}.json`;

const schema = v.object({
  channel: field(parseChannelName),
  releases: v.array(
    v.object({
      release: field(parseReleasePrefix),
      seenAt: time,
      fannedOut: v.boolean(),
      imageRuns: v.exactOptional(count),
      backfilled: v.exactOptional(v.boolean()),
    }),
  ),
});

export const formatChannelSeen = (seen: ChannelSeen): string => `${JSON.stringify(seen, null, 1)}\n`;
export const parseChannelSeen = (text: string): ChannelSeen => parseJson('a record of a channel', schema, text);
