/** The channels that this mirror follows (`CHANNELS`), in its operator's order, each with its release; unsettled ones are left out. */
import type { ChannelPointer } from '../../../events/channel-pointer.ts';
import type { ChannelName } from '../../../shared/nix/release.ts';
import type { ChannelDeps } from './answer-channel.ts';
import type { SettledRelease } from './settled-releases.ts';

export interface FollowedChannel {
  readonly pointer: ChannelPointer;
  readonly settled: SettledRelease;
}

export async function followedChannels(
  channels: readonly ChannelName[],
  { pointers, releases }: ChannelDeps,
): Promise<readonly FollowedChannel[]> {
  const found = await Promise.all(
    channels.map(async (channel) => {
      const pointer = await pointers(channel);
      const settled = pointer && (await releases(pointer.release));
      return settled ? [{ pointer, settled }] : [];
    }),
  );
  return found.flat();
}
