/** Where a channel stands here, and where upstream's does: from the records that detect and publish leave. Pure. */
import type { ChannelPointer } from '../../../events/channel-pointer.ts';
import type { ChannelSeen } from '../../../events/channel-seen.ts';
import type { PolledChannel } from '../../../events/polled.ts';
import { changesKey } from '../../../events/release-changes.ts';
import type { ReleaseProgress } from '../../../events/release-progress.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import type { ChannelStanding, ReleaseHere } from './status.ts';

export interface ChannelRecords {
  /** Whether all of these have ever been read: what is undefined then, is not there. */
  readonly known: boolean;
  readonly pointer: ChannelPointer | undefined;
  /** Whether it is written down what the pointer's release brought. */
  readonly changes: boolean;
  readonly seen: ChannelSeen | undefined;
  readonly polled: PolledChannel | undefined;
  /** Of the newest release that was seen. */
  readonly progress: ReleaseProgress | undefined;
}

export function channelStanding(channel: ChannelName, records: ChannelRecords, now: Date): ChannelStanding {
  const { pointer, seen, polled, progress } = records;
  const releases = seen?.releases ?? [];
  const place = (release: ReleasePrefix | undefined) => releases.findIndex((known) => known.release === release);
  const there = polled?.release ?? releases.at(-1)?.release;
  const base = { channel, here: pointer && hereOf(pointer, records), pollFailed: polled?.outcome === 'failed' };
  const upstream = there && {
    release: there,
    revision: revisionOf(there, records),
    seenAt: dateOf(releases[place(there)]?.seenAt),
  };
  const standing = { ...base, upstream };

  if (!pointer && !records.known) return { ...standing, state: 'unknown' };
  const newest = releases.at(-1)?.release;
  const ahead = releases.slice(place(pointer?.release) + 1);
  const behind = there !== undefined && there !== pointer?.release && (newest === undefined || ahead.length > 0);
  if (!behind) {
    if (!pointer) return { ...standing, state: 'waiting' };
    return { ...standing, state: 'complete', behindMs: there === undefined ? undefined : 0 };
  }
  const target = newest ?? there;
  const since = dateOf(ahead[0]?.seenAt);
  return {
    ...standing,
    state: 'copying',
    behindMs: pointer && since ? Math.max(0, now.getTime() - since.getTime()) : undefined,
    copying: {
      release: target,
      revision: revisionOf(target, records),
      counted: progress?.release === target ? { listed: progress.listed, toCome: progress.toCome } : undefined,
    },
  };
}

function hereOf(pointer: ChannelPointer, { changes }: Pick<ChannelRecords, 'changes'>): ReleaseHere {
  const { release, revision, movedAt, listed, unavailable } = pointer;
  const missing = Object.values(unavailable).reduce((sum, count) => sum + count, 0);
  return {
    release,
    revision,
    movedAt: new Date(movedAt),
    listed,
    unavailable,
    present: Math.max(0, listed - missing),
    changes: changes ? `/${changesKey(release)}` : undefined,
  };
}

const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

/** By the records that name it whole; else the digits at the end of the release's own name. */
function revisionOf(release: ReleasePrefix, { pointer, progress }: ChannelRecords): string {
  const known = [pointer, progress].find((record) => record?.release === release)?.revision;
  return known || (/\.([0-9a-f]{7,40})$/.exec(release)?.[1] ?? '');
}
