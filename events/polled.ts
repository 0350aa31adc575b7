/**
 * When detect last looked at the channels, and what it found: state `polled.json`. Detect writes it at the end of each run, one
 * object for all channels, whether or not anything moved; the status page reads it.
 */
import * as v from 'valibot';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { field, parseJson, time } from './record.ts';

export interface PolledChannel {
  readonly channel: ChannelName;
  readonly outcome: 'unchanged' | 'detected' | 'failed';
  /** Where upstream's channel stands; absent when it could not be looked at. */
  readonly release?: ReleasePrefix;
}

export interface Polled {
  readonly at: string;
  readonly channels: readonly PolledChannel[];
}

export const POLLED_KEY = 'polled.json';

const schema = v.object({
  at: time,
  channels: v.array(
    v.object({
      channel: field(parseChannelName),
      outcome: v.picklist(['unchanged', 'detected', 'failed']),
      release: v.exactOptional(field(parseReleasePrefix)),
    }),
  ),
});

export const formatPolled = (polled: Polled): string => `${JSON.stringify(polled, null, 1)}\n`;
/** @throws {Malformed} */
export const parsePolled = (text: string): Polled => parseJson('a record of a poll', schema, text);
