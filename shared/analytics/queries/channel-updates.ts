/** What became of channels lately: seen, moved, or neither because something failed. That nothing was new is not told. */
import * as v from 'valibot';
import { type Asked, ask, count, moment } from './ask.ts';
import { hoursOf, type Range } from './range.ts';

export interface ChannelUpdatesWanted {
  readonly range: Range;
  readonly limit: number;
}

/** Outcomes: detected, published, failed. What a record did not say is empty, or 0. */
export const channelUpdateRow = v.object({
  at: moment,
  channel: v.string(),
  outcome: v.string(),
  release: v.string(),
  revision: v.string(),
  paths: count,
  newPaths: count,
  unavailable: count,
  durationUs: count,
});
export type ChannelUpdate = v.InferOutput<typeof channelUpdateRow>;

/** Newest first. */
export const channelUpdates = (
  { range, limit }: ChannelUpdatesWanted,
  client: Asked,
  signal: AbortSignal,
): Promise<readonly ChannelUpdate[]> =>
  ask(
    {
      sql: `SELECT ts AS at, channel, outcome, release, revision, paths, new_paths AS newPaths, unavailable,
          duration_us AS durationUs
        FROM channel_updates
        WHERE ts >= {from:DateTime('UTC')} AND ts < {to:DateTime('UTC')} AND outcome != 'unchanged'
        ORDER BY ts DESC, channel LIMIT {limit:UInt32}`,
      params: { ...hoursOf(range), limit },
      row: channelUpdateRow,
    },
    client,
    signal,
  );
