/** Follows what detect has seen: the records that changed are read, and their releases followed. */
import { type ChannelPointer, channelPointerKey, parseChannelPointer } from '../../events/channel-pointer.ts';
import { CHANNELS_SEEN, parseChannelSeen } from '../../events/channel-seen.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import type { FollowedChannel, Memory } from './memory.ts';

/** Answers how many records had changed. */
export async function refreshChannels(
  { channels, releases, visible }: Pick<Memory, 'channels' | 'releases' | 'visible'>,
  { bucket, state }: { readonly bucket: Pick<Bucket, 'get'>; readonly state: Pick<Bucket, 'list' | 'get'> },
  signal: AbortSignal,
): Promise<number> {
  let changed = 0;
  for await (const { key, etag = '' } of state.list(CHANNELS_SEEN, { etags: true, signal })) {
    if ([...channels.values()].some((channel) => channel.key === key && channel.etag === etag)) continue;
    const stored = await state.get(key, { signal });
    if (!stored) continue;
    const seen = parseChannelSeen((await bytesOf(stored.body)).toString('utf8'));
    const pointer = channels.get(seen.channel)?.pointer ?? (await readPointer(seen.channel, bucket, signal));
    for (const { release } of seen.releases) {
      await releases.follow(release, release === pointer?.value.release, signal);
    }
    channels.set(seen.channel, { key, etag: stored.etag, seen, pointer });
    changed += 1;
  }
  await releases.check(visible, signal);
  return changed;
}

async function readPointer(
  channel: ChannelName,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<FollowedChannel['pointer']> {
  const stored = await bucket.get(channelPointerKey(channel), { signal });
  if (!stored) return undefined;
  const value: ChannelPointer = parseChannelPointer((await bytesOf(stored.body)).toString('utf8'));
  return { etag: stored.etag, value };
}
