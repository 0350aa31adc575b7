/** Where channels stand here, remembered for a few seconds. A pointer that was damaged is none: publish writes it anew. */
import { type ChannelPointer, channelPointerKey, parseChannelPointer } from '../../../events/channel-pointer.ts';
import { readable } from '../../../events/record.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import type { ChannelName } from '../../../shared/nix/release.ts';
import { remembered } from '../remembered.ts';
import type { ReadBucket } from '../steady-bucket.ts';

/** @throws {BucketFailed} or {Overloaded} when it can't be looked up. */
export type FindPointer = (channel: ChannelName) => Promise<ChannelPointer | undefined>;

const POINTER_MS = 3_000;
const MOST_CHANNELS = 500;

export const createChannelPointers = (bucket: ReadBucket, now: () => number): FindPointer =>
  remembered({
    read: async (channel: ChannelName) =>
      readable(parseChannelPointer, await getText(bucket, channelPointerKey(channel))),
    ms: POINTER_MS,
    most: MOST_CHANNELS,
    now,
  });
