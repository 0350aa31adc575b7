/**
 * detect and publish → log stream: what looking at a channel, or moving it, came to.
 *     {"v":1,"kind":"channel_update","id":"…","ts":"…","channel":"nixos-unstable","outcome":"detected",
 *      "release":"nixos/unstable/nixos-26.11pre…","paths":104233,"new_paths":3120,"duration_us":8120000}
 */
import * as v from 'valibot';
import { parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { count, field, time } from './record.ts';
import { logRecord, MOST_CODE, words } from './record-fields.ts';

export const CHANNEL_OUTCOMES = ['unchanged', 'detected', 'published', 'failed'] as const;

export type ChannelUpdateRecord = v.InferOutput<typeof channelUpdateRecord>;

const REVISION = /^[0-9a-f]{1,64}$/;

export const channelUpdateRecord = v.object({
  ...logRecord('channel_update'),
  channel: field(parseChannelName),
  outcome: v.picklist(CHANNEL_OUTCOMES),
  release: v.exactOptional(field(parseReleasePrefix)),
  /** The commit of nixpkgs. */
  revision: v.exactOptional(v.pipe(v.string(), v.regex(REVISION))),
  released_at: v.exactOptional(time),
  /** Store paths that the release lists, how many of them were asked of copy, and how many are unavailable. */
  paths: v.exactOptional(count),
  new_paths: v.exactOptional(count),
  unavailable: v.exactOptional(count),
  duration_us: v.exactOptional(count),
  /** The code of why it failed. */
  error: v.exactOptional(words(MOST_CODE)),
});

/** The revision as the record has it: none, where upstream's release names none. */
export const revisionIn = (text: string): Pick<ChannelUpdateRecord, 'revision'> =>
  REVISION.test(text) ? { revision: text } : {};
