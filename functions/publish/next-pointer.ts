/** Where a channel's pointer goes: to the newest settled release, and only forward. Pure. */
import type { ChannelSeen } from '../../events/channel-seen.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';

/** `at`: where it stands now. Forward is the order in which detect saw the channel name its releases; what it did not name is no place. */
export function nextPointer(
  { releases }: Pick<ChannelSeen, 'releases'>,
  at: ReleasePrefix | undefined,
  isSettled: (release: ReleasePrefix) => boolean,
): ReleasePrefix | undefined {
  const here = releases.findIndex(({ release }) => release === at);
  const next = releases.findLastIndex(({ release, backfilled }) => !backfilled && isSettled(release));
  return next > here ? releases[next]?.release : undefined;
}
