/**
 * How far a channel is behind here: since when upstream has been at a release that we do not have. It is the same figure as the status
 * page's `behind_seconds`. Pure.
 */
import type { ChannelPointer } from '../../events/channel-pointer.ts';
import type { ChannelSeen } from '../../events/channel-seen.ts';

/** Zero when it is not behind; undefined when nobody can tell, for there is neither a release nor a pointer. */
export function channelLagMs(
  { releases }: Pick<ChannelSeen, 'releases'>,
  pointer: Pick<ChannelPointer, 'release'> | undefined,
  now: Date,
): number | undefined {
  const here = releases.findIndex(({ release }) => release === pointer?.release);
  const next = releases[here + 1];
  if (next) return Math.max(0, now.getTime() - Date.parse(next.seenAt));
  return pointer ? 0 : undefined;
}
