/**
 * Which releases are kept, and which may go. Pure.
 *
 * Needed whatever else is said: where a channel stands, what is under way, what is pinned, and what a channel left less than a
 * day ago, for who has just read that it stands there relies on it. Kept besides: the `RETAIN_RELEASES` newest that have settled
 * of each channel that is followed, and those that a newer one took the place of within `RETAIN_DAYS`. One that an operator asked for has
 * never had a place: it is kept for as long after it has settled, and counts for nobody. All others go. Those that are only kept may
 * go as well when there is no room for them, the longest superseded first.
 */
import { MOST_FOLLOWED } from '../../events/channel-seen.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import type { KnownChannel, KnownRelease, Roots } from './read-roots.ts';

export interface RetentionPolicy {
  /** `CHANNELS` */
  readonly channels: readonly ChannelName[];
  /** `RETAIN_RELEASES`: newest settled ones of each channel. */
  readonly releases: number;
  /** `RETAIN_DAYS` in milliseconds. */
  readonly ms: number;
}

export type Why = 'current' | 'under way' | 'pinned' | 'just superseded' | 'just settled';

export interface Retention {
  readonly needed: ReadonlyMap<ReleasePrefix, Why>;
  /** Those that go last first. */
  readonly kept: readonly ReleasePrefix[];
  /** Those that were superseded last first. None that is retired already. */
  readonly gone: readonly ReleasePrefix[];
  /** Channels that are not followed any more. */
  readonly left: readonly ChannelName[];
}

const DAY_MS = 86_400_000;

export function decideRetention({ channels, releases, pins }: Roots, policy: RetentionPolicy, now: number): Retention {
  const needed = new Map<ReleasePrefix, Why>();
  /** Release → when a newer one took its place, in any channel: the last such time. */
  const superseded = new Map<ReleasePrefix, number>();
  const kept = new Set<ReleasePrefix>();
  const need = (release: ReleasePrefix, why: Why): void => {
    if (!needed.has(release)) needed.set(release, why);
  };

  for (const { what } of pins) if ('release' in what) need(what.release, 'pinned');
  for (const known of channels) {
    if (known.at !== undefined) need(known.at, 'current');
    for (const release of known.seen.slice(-MOST_FOLLOWED))
      if (isUnderWay(releases.get(release))) need(release, 'under way');
    const keptByCount = policy.channels.includes(known.channel) ? policy.releases : 0;
    for (const { release, since, place } of settledOf(known, releases)) {
      if (since === undefined) {
        need(release, 'current');
        continue;
      }
      superseded.set(release, Math.max(since, superseded.get(release) ?? 0));
      if (since > now - DAY_MS) need(release, known.asked.has(release) ? 'just settled' : 'just superseded');
      else if (place < keptByCount || since > now - policy.ms) kept.add(release);
    }
  }
  const seen = new Set(channels.flatMap((known) => known.seen));
  for (const { release, settledAt, retiredAt, fannedOutAt } of releases.values()) {
    if (seen.has(release) || retiredAt !== undefined) continue;
    // Nobody's any more, or not noted yet by a detect that was cut.
    const at = settledAt ?? fannedOutAt;
    if (at === undefined || at <= now - policy.ms) continue;
    if (settledAt === undefined) need(release, 'under way');
    else {
      superseded.set(release, settledAt);
      kept.add(release);
    }
  }

  const lastFirst = (some: Iterable<ReleasePrefix>): ReleasePrefix[] =>
    [...some].sort((a, b) => (superseded.get(b) ?? 0) - (superseded.get(a) ?? 0) || (a < b ? -1 : 1));
  const stays = (release: ReleasePrefix): boolean => needed.has(release) || kept.has(release);
  return {
    needed,
    kept: lastFirst([...kept].filter((release) => !needed.has(release))),
    gone: lastFirst(
      [...releases.values()]
        .filter((one) => !stays(one.release) && hasSomething(one, seen.has(one.release)))
        .map(({ release }) => release),
    ),
    left: channels.map(({ channel }) => channel).filter((channel) => !policy.channels.includes(channel)),
  };
}

/** As publish sees it: it waits for the release, and settles it by its list. */
const isUnderWay = (known: KnownRelease | undefined): boolean =>
  known !== undefined &&
  (known.fannedOutAt !== undefined || known.files) &&
  (known.settledAt === undefined || (known.retiredAt !== undefined && known.fannedOutAt !== undefined));

/** Whether there is anything of it that may go. Files of one that detect has not noted may be of one that it is just at. */
const hasSomething = ({ settledAt, retiredAt, fannedOutAt, files }: KnownRelease, seen: boolean): boolean =>
  settledAt === undefined ? fannedOutAt !== undefined || (seen && files) : retiredAt === undefined;

/** Newest first, each with when a newer one took its place, and how many are before it. */
function settledOf({ seen, asked }: KnownChannel, releases: Roots['releases']) {
  const settled: { readonly release: ReleasePrefix; readonly since: number | undefined; readonly place: number }[] = [];
  let since: number | undefined;
  let place = 0;
  for (const release of seen.toReversed()) {
    const known = releases.get(release);
    if (known?.settledAt === undefined || known.retiredAt !== undefined) continue;
    if (asked.has(release)) {
      settled.push({ release, since: known.settledAt, place: Number.POSITIVE_INFINITY });
      continue;
    }
    settled.push({ release, since, place });
    since = Math.min(known.settledAt, since ?? Number.POSITIVE_INFINITY);
    place += 1;
  }
  return settled;
}
