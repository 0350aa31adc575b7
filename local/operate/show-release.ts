/**
 * Makes a release that is backfilled whole one that settles and is shown (below /releases/), as detect does with one that a channel
 * names: its files, what upstream says of it and its list of what it needs, then a note that publish follows. Where its channel stands
 * does not change by it, unless it is the very release that upstream's channel stands at: then it is noted as detect would.
 */
import { channelPointerKey, parseChannelPointer } from '../../events/channel-pointer.ts';
import { type ChannelSeen, channelSeenKey, formatChannelSeen, type SeenRelease } from '../../events/channel-seen.ts';
import { readable } from '../../events/record.ts';
import { manifestKey, RETIRED_AT } from '../../events/release-manifest.ts';
import { note, readSeen, type Seen, seenRelease } from '../../functions/detect/channel-record.ts';
import { type FanOutDeps, fanOutOf } from '../../functions/detect/detect-channel.ts';
import { getText, unchangedSince } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { channelOfRelease } from './release-channel.ts';
import { withBackfilled } from './with-backfilled.ts';

export interface NamedRelease {
  readonly release: ReleasePrefix;
  /** By which it was named. */
  readonly channel?: ChannelName | undefined;
}

/**
 * What becomes of it. `to-show`: it is noted, and shown once it has settled. `shown`: it has settled before. `no-channel`: this mirror
 * follows no channel of it. `no-place`: publish follows as many of that channel as it may.
 */
export type Showing =
  | { readonly kind: 'to-show'; finish(signal: AbortSignal): Promise<void> }
  | { readonly kind: 'shown' | 'no-channel' | 'no-place' };

const TRIES = 5;

/** @throws what upstream or a bucket throws */
export async function showRelease(
  { release, channel = channelOfRelease(release) }: NamedRelease,
  deps: FanOutDeps,
  signal: AbortSignal,
): Promise<Showing> {
  const before = channel && (await readSeen(channel, deps, signal));
  if (!channel || before?.etag === undefined) return { kind: 'no-channel' };
  if (await isShown(release, deps, signal)) return { kind: 'shown' };
  const isNewest = (await deps.channels.resolve(channel, signal)) === release;
  await fanOutOf({ channel, release, isNoted: seenRelease(before, release) !== undefined }, deps, signal);
  const noteIt = (fannedOut: boolean, until: AbortSignal): Promise<boolean> =>
    untilUncontested(async () => {
      const seen = await readSeen(channel, deps, until);
      const known = seenRelease(seen, release);
      if (isNewest || (known && !known.backfilled)) {
        await note(seen, release, { fannedOut: fannedOut || (known?.fannedOut ?? false) }, deps, until);
        return true;
      }
      return noteAsked(seen, { release, seenAt: known?.seenAt ?? deps.now().toISOString(), fannedOut }, deps, until);
    });
  if (!(await noteIt(false, signal))) return { kind: 'no-place' };
  return { kind: 'to-show', finish: async (until) => void (await noteIt(true, until)) };
}

/** One that was retired has lost paths since: it is as good as new. */
async function isShown(
  release: ReleasePrefix,
  { bucket }: Pick<FanOutDeps, 'bucket'>,
  signal: AbortSignal,
): Promise<boolean> {
  const manifest = await bucket.head(manifestKey(release), signal);
  return manifest !== undefined && !manifest.metadata[RETIRED_AT];
}

/** Answers whether there was a place for it. */
async function noteAsked(
  { record, etag }: Seen,
  asked: SeenRelease,
  { bucket, state }: FanOutDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { channel } = record;
  const pointer = readable(parseChannelPointer, await getText(bucket, channelPointerKey(channel), signal));
  const stillToSettle = new Set<ReleasePrefix>();
  for (const { release, backfilled } of record.releases)
    if (backfilled && !(await isShown(release, { bucket }, signal))) stillToSettle.add(release);
  stillToSettle.delete(asked.release);
  const releases = withBackfilled(record.releases, asked, pointer?.release, stillToSettle);
  if (!releases) return false;
  const next: ChannelSeen = { channel, releases };
  await state.put(channelSeenKey(channel), formatChannelSeen(next), { only: unchangedSince(etag), signal });
  return true;
}

/** Detect may note something at the same time. */
async function untilUncontested<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Conflict) || tries === TRIES) throw error;
    }
  }
}
