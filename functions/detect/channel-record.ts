/** What detect notes of a channel, by compare-and-swap: of two runs that overlap one fails, and nothing is lost. */
import {
  type ChannelSeen,
  channelSeenKey,
  formatChannelSeen,
  parseChannelSeen,
  type SeenRelease,
} from '../../events/channel-seen.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, bytesOf, unchangedSince } from '../../shared/bucket/bucket.ts';
import type { Log } from '../../shared/log.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';

export interface NoteDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Seen {
  readonly record: ChannelSeen;
  /** Undefined when there is no record yet. */
  readonly etag: string | undefined;
}

export async function readSeen(channel: ChannelName, { state, log }: NoteDeps, signal: AbortSignal): Promise<Seen> {
  const stored = await state.get(channelSeenKey(channel), { signal });
  if (!stored) return { record: { channel, releases: [] }, etag: undefined };
  const record = readable(parseChannelSeen, (await bytesOf(stored.body)).toString('utf8'));
  if (!record) log.warn('channel.damaged', { channel }); // begun anew
  return { record: record ?? { channel, releases: [] }, etag: stored.etag };
}

export const seenRelease = ({ record }: Seen, release: ReleasePrefix): SeenRelease | undefined =>
  record.releases.find((known) => known.release === release);

/** Releases older than the last hundred have long been settled or left behind. */
const MOST_SEEN = 100;

/**
 * A release that an operator asked for is one that the channel has named from now on, and the newest.
 * @throws {Conflict} when somebody else has noted something meanwhile.
 */
export async function note(
  seen: Seen,
  release: ReleasePrefix,
  change: Partial<Pick<SeenRelease, 'fannedOut' | 'imageRuns'>>,
  { state, now }: NoteDeps,
  signal: AbortSignal,
): Promise<Seen> {
  const { record, etag } = seen;
  const found = seenRelease(seen, release);
  const known = found?.backfilled ? undefined : found;
  const noted = { ...(known ?? { release, seenAt: now().toISOString(), fannedOut: false }), ...change };
  const releases = known
    ? record.releases.map((one) => (one === known ? noted : one))
    : [...record.releases.filter((one) => one !== found), noted].slice(-MOST_SEEN);
  const next = { channel: record.channel, releases };
  const only = unchangedSince(etag);
  const put = await state.put(channelSeenKey(record.channel), formatChannelSeen(next), { only, signal });
  return { record: next, etag: put.etag };
}
