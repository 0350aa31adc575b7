/**
 * Where a channel stands here: public `channels/<channel>.json`. Publish writes it, last of all.
 */
import * as v from 'valibot';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { count, field, parseJson, time } from './record.ts';

export interface ChannelPointer {
  readonly channel: ChannelName;
  readonly release: ReleasePrefix;
  /** The commit of nixpkgs, 40 hex digits; empty when upstream's release names none. */
  readonly revision: string;
  readonly movedAt: string;
  /** Store paths that the release lists. */
  readonly listed: number;
  /** How many of them are not here, by reason. */
  readonly unavailable: Readonly<Record<string, number>>;
}

export const CHANNEL_POINTERS = 'channels/';
export const channelPointerKey = (channel: ChannelName): string => `${CHANNEL_POINTERS}${channel}.json`;

const schema = v.object({
  channel: field(parseChannelName),
  release: field(parseReleasePrefix),
  revision: v.string(),
  movedAt: time,
  listed: count,
  unavailable: v.record(v.string(), count),
});

export const formatChannelPointer = (pointer: ChannelPointer): string => `${JSON.stringify(pointer, null, 1)}\n`;
export const parseChannelPointer = (text: string): ChannelPointer => parseJson('a channel pointer', schema, text);
