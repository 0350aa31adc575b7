/**
 * Which releases channels came to here, newest first: those that detect saw the channel name, up to where it stands, that have
 * settled. When a release settled never changes, so it is looked up once; and the whole at most once a minute.
 */
import { channelSeenKey, parseChannelSeen } from '../../../events/channel-seen.ts';
import { readable } from '../../../events/record.ts';
import { manifestKey, SETTLED_AT } from '../../../events/release-manifest.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { remembered } from '../remembered.ts';
import type { ReadBucket } from '../steady-bucket.ts';
import type { FindPointer } from './channel-pointers.ts';
import type { FindRelease } from './settled-releases.ts';

export interface ChannelMove {
  readonly channel: ChannelName;
  readonly release: ReleasePrefix;
  readonly settledAt: Date;
}

export interface MovesDeps {
  readonly bucket: ReadBucket;
  readonly state: ReadBucket;
  readonly pointers: FindPointer;
  readonly releases: FindRelease;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
}

const MOST_MOVES = 50;
const MOVES_MS = 60_000;
const SETTLED_MS = 24 * 3_600_000;
const MOST_RELEASES = 5_000;
const LOOK_UPS_AT_ONCE = 10;

export function createChannelMoves(deps: MovesDeps): (channel: ChannelName) => Promise<readonly ChannelMove[]> {
  const { now } = deps;
  const settled = remembered({
    read: (release: ReleasePrefix) => settledAt(release, deps),
    ms: SETTLED_MS,
    missMs: MOVES_MS,
    most: MOST_RELEASES,
    now,
  });
  const moves = remembered({
    read: (channel: ChannelName) => readMoves(channel, settled, deps),
    ms: MOVES_MS,
    most: 500,
    now,
  });
  return async (channel) => (await moves(channel)) ?? [];
}

/** It is in the manifest's metadata; one that was written before it was is read. */
async function settledAt(release: ReleasePrefix, { bucket, releases }: MovesDeps): Promise<Date | undefined> {
  const head = await bucket.head(manifestKey(release));
  const said = Date.parse(head?.metadata[SETTLED_AT] ?? '');
  if (!head || !Number.isNaN(said)) return head && new Date(said);
  return (await releases(release))?.settledAt;
}

async function readMoves(
  channel: ChannelName,
  settled: (release: ReleasePrefix) => Promise<Date | undefined>,
  { state, pointers }: MovesDeps,
): Promise<readonly ChannelMove[]> {
  const here = (await pointers(channel))?.release;
  const seen = readable(parseChannelSeen, await getText(state, channelSeenKey(channel)));
  const all = seen?.releases.filter(({ backfilled }) => !backfilled).map(({ release }) => release) ?? [];
  const passed = here === undefined ? [] : all.slice(0, all.lastIndexOf(here) + 1).reverse();
  const moves: ChannelMove[] = [];
  for (let from = 0; from < passed.length && moves.length < MOST_MOVES; from += LOOK_UPS_AT_ONCE) {
    const some = passed.slice(from, from + LOOK_UPS_AT_ONCE);
    const dates = await Promise.all(some.map(settled));
    some.forEach((release, at) => {
      const date = dates[at];
      if (date) moves.push({ channel, release, settledAt: date });
    });
  }
  return moves.slice(0, MOST_MOVES);
}
