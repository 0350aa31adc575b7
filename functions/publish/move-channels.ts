/** Moves the pointers of channels: last of all, only to a settled release, only forward. */
import { type ChannelPointer, channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import type { RecordLog } from '../../events/log-record.ts';
import { countByReason } from '../../events/release-manifest.ts';
import { type Bucket, unchangedSince } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { Conflict } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { FollowedChannel, Memory } from './memory.ts';
import { nextPointer } from './next-pointer.ts';
import { tellMoved } from './tell.ts';

export interface MoveDeps {
  readonly bucket: Pick<Bucket, 'put'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly records: RecordLog;
  readonly now: () => Date;
}

/** Answers how many pointers were written. */
export async function moveChannels(
  { channels, records, releases, withdrawn }: Pick<Memory, 'channels' | 'records' | 'releases' | 'withdrawn'>,
  deps: MoveDeps,
  signal: AbortSignal,
): Promise<number> {
  let written = 0;
  for (const [name, channel] of channels) {
    const next = await follow(channel, releases, signal);
    if (!next) continue;
    const pointer = await write(next, channel, deps, signal).catch((error: unknown) => {
      if (error instanceof Conflict) records.delete(channel.key); // the next tick reads it anew
      throw error;
    });
    channels.set(name, { ...channel, pointer });
    written += 1;
  }
  const current = [...channels.values()].flatMap(({ pointer }) => (pointer?.value ? [pointer.value.release] : []));
  const excusing = [...withdrawn.records.values()].flatMap((record) => record.releases);
  releases.leaveAllBut(new Set([...current, ...excusing]));
  return written;
}

/** The pointer as it has to be, if that is not what it is. */
async function follow(
  { seen, pointer }: FollowedChannel,
  releases: Memory['releases'],
  signal: AbortSignal,
): Promise<Omit<ChannelPointer, 'movedAt'> | undefined> {
  const here = pointer?.value?.release;
  const release = nextPointer(seen, here, releases.isSettled) ?? here;
  if (release === undefined) return undefined;
  await releases.follow(release, true, signal); // one that settled in an earlier term is not followed yet
  const followed = releases.get(release);
  if (!followed?.manifest) return undefined;
  const { revision, listed } = followed;
  const next = {
    channel: seen.channel,
    release,
    revision,
    listed,
    unavailable: countByReason(followed.manifest.unavailable),
  };
  const same = release === here && JSON.stringify(next.unavailable) === JSON.stringify(pointer?.value?.unavailable);
  return same ? undefined : next;
}

/** By compare-and-swap: should anybody else have written it, this tick ends. */
async function write(
  next: Omit<ChannelPointer, 'movedAt'>,
  { seen, pointer }: FollowedChannel,
  { bucket, lease, log, records, now }: MoveDeps,
  signal: AbortSignal,
): Promise<NonNullable<FollowedChannel['pointer']>> {
  const moves = pointer?.value?.release !== next.release;
  const value = { ...next, movedAt: moves ? now().toISOString() : (pointer?.value?.movedAt ?? now().toISOString()) };
  const only = unchangedSince(pointer?.etag);
  const { etag } = await bucket.put(channelPointerKey(next.channel), formatChannelPointer(value), {
    only,
    signal: await lease.keep(signal),
  });
  if (moves) {
    log.info('channel.moved', { channel: next.channel, release: next.release, revision: next.revision });
    tellMoved(value, seen, records);
  }
  return { etag, value };
}
