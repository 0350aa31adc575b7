/**
 * Follows what detect has seen: the records that changed are read, and their newest releases followed. One that is damaged
 * costs its own channel or release, and is said once.
 */
import { channelPointerKey, parseChannelPointer } from '../../events/channel-pointer.ts';
import { CHANNELS_SEEN, MOST_FOLLOWED, parseChannelSeen } from '../../events/channel-seen.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import type { FollowedChannel, Memory } from './memory.ts';

export interface RefreshDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly state: Pick<Bucket, 'list' | 'get'>;
  readonly log: Log;
}

/** Answers how many records had changed. */
export async function refreshChannels(
  memory: Pick<Memory, 'channels' | 'records' | 'releases' | 'visible'>,
  deps: RefreshDeps,
  signal: AbortSignal,
): Promise<number> {
  let changed = 0;
  for await (const { key, etag = '' } of deps.state.list(CHANNELS_SEEN, { etags: true, signal })) {
    if (memory.records.get(key) === etag) continue;
    await refreshChannel(key, memory, deps, signal);
    memory.records.set(key, etag);
    changed += 1;
  }
  await memory.releases.check(memory.visible, signal);
  return changed;
}

async function refreshChannel(
  key: string,
  { channels, releases }: Pick<Memory, 'channels' | 'releases'>,
  { bucket, state, log }: RefreshDeps,
  signal: AbortSignal,
): Promise<void> {
  const stored = await state.get(key, { signal });
  if (!stored) return;
  const seen = readable(parseChannelSeen, (await bytesOf(stored.body)).toString('utf8'));
  if (!seen) return log.error('channel.damaged', { key });
  const pointer = await readPointer(seen.channel, bucket, signal);
  const current = pointer?.value?.release;
  const newest = seen.releases.slice(-MOST_FOLLOWED).map(({ release }) => release);
  for (const release of new Set(current ? [current, ...newest] : newest)) {
    try {
      await releases.follow(release, release === current, signal);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      log.error('release.damaged', { release, error: describeError(error) });
    }
  }
  channels.set(seen.channel, { key, seen, pointer });
}

async function readPointer(
  channel: ChannelName,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<FollowedChannel['pointer']> {
  const stored = await bucket.get(channelPointerKey(channel), { signal });
  if (!stored) return undefined;
  return { etag: stored.etag, value: readable(parseChannelPointer, (await bytesOf(stored.body)).toString('utf8')) };
}
