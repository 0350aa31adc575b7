/**
 * How far the releases under way have come, from what the stages log: publish says now and then what is still to come, copy
 * says what it brings in between. What a release will weigh nobody knows before it is here: the rest of it is estimated from
 * how quickly the last of it came.
 */
import type { LogLine } from '../shared/log.ts';

export interface ReleaseProgress {
  readonly release: string;
  /** The channel that named it, when detect has said so. */
  readonly channel?: string;
  /** Store paths in upstream's list. */
  readonly listed: number;
  /** Of these: here, or known to be unavailable. */
  readonly done: number;
  /** Bytes of NAR files that were copied for it since this runtime started. */
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** Undefined while nothing comes. */
  readonly leftMs?: number;
}

export interface Progress {
  add(line: LogLine): void;
  /** In the order in which they were first heard of. */
  underWay(): readonly ReleaseProgress[];
}

interface Release {
  listed: number;
  done: number;
  bytes: number;
  readonly since: number;
  arrivals: { readonly at: number; readonly bytes: number }[];
}

/** Rates are those of the last so many milliseconds. */
const WINDOW_MS = 15_000;

export function createProgress(now: () => number = () => performance.now()): Progress {
  const releases = new Map<string, Release>();
  const channels = new Map<string, string>();

  const told = (release: string, listed: number, toCome: number): void => {
    const known = releases.get(release) ?? { listed, done: 0, bytes: 0, since: now(), arrivals: [] };
    // What copy has brought since publish counted may be ahead of it.
    releases.set(release, Object.assign(known, { listed, done: Math.max(known.done, listed - toCome) }));
  };

  const copied = (release: Release | undefined, bytes: number): void => {
    if (!release) return;
    release.done = Math.min(release.listed, release.done + 1);
    release.bytes += bytes;
    release.arrivals.push({ at: now(), bytes });
  };

  return {
    add(line) {
      const release = String(line.release);
      switch (line.event) {
        case 'channel.unchanged':
        case 'release.detected':
          channels.set(release, String(line.channel));
          break;
        case 'release.progress':
          told(release, Number(line.store_paths) || 0, Number(line.to_come) || 0);
          break;
        case 'copy.done':
          if (line.outcome === 'copied') copied(releases.get(release), Number(line.bytes) || 0);
          break;
        case 'release.settled':
          releases.delete(release);
          break;
      }
    },

    underWay: () =>
      [...releases].map(([release, state]) => {
        const channel = channels.get(release);
        const { listed, done, bytes } = state;
        return { release, ...(channel ? { channel } : {}), listed, done, bytes, ...ratesOf(state, now()) };
      }),
  };
}

function ratesOf(release: Release, at: number): Pick<ReleaseProgress, 'bytesPerSecond' | 'leftMs'> {
  release.arrivals = release.arrivals.filter((arrival) => arrival.at > at - WINDOW_MS);
  const ms = Math.max(1_000, Math.min(WINDOW_MS, at - release.since));
  const bytes = release.arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
  const paths = release.arrivals.length;
  const left = paths > 0 ? { leftMs: ((release.listed - release.done) / paths) * ms } : {};
  return { bytesPerSecond: bytes / (ms / 1_000), ...left };
}
