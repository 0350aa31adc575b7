/** What makes a plan look like a mistake: then nothing is taken away, and somebody is told why. Pure. */
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';

export interface Planned {
  readonly names: number;
  readonly deadNames: number;
  /** Narinfos that can't be read. */
  readonly unreadable: readonly string[];
  /** `CHANNELS` */
  readonly channels: readonly ChannelName[];
  /** Channels with a release that stays: one where it stands, or one under way. */
  readonly withRelease: ReadonlySet<ChannelName>;
  /** Releases that channels stand at, and that are retired. */
  readonly retiredCurrent: readonly ReleasePrefix[];
  /** `COLLECT_MOST_SHARE` */
  readonly mostShare: number;
}

/** Undefined when nothing is wrong. */
export function whyNot(planned: Planned): string | undefined {
  const { names, deadNames, unreadable, mostShare } = planned;
  if (unreadable.length > 0) {
    const more = unreadable.length > 1 ? `, and ${unreadable.length - 1} more` : '';
    return `${unreadable[0]} can't be read${more}, so nobody knows what it refers to`;
  }
  const [retired] = planned.retiredCurrent;
  if (retired !== undefined) return `a channel stands at ${retired}, which is retired`;
  const without = planned.channels.filter((channel) => !planned.withRelease.has(channel));
  if (names > 0 && without.length > 0) return `no release is known of ${without.join(', ')}`;
  if (names > 0 && deadNames === names) return 'nobody seems to need any name';
  if (deadNames > mostShare * names) {
    const share = Math.round((100 * deadNames) / names);
    return `${deadNames} of ${names} names (${share} %) would go, and COLLECT_MOST_SHARE allows ${100 * mostShare} %`;
  }
  return undefined;
}
