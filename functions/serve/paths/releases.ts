/**
 * The releases that count now: those that channels stand at here, and newer ones that are under way. For each, what it lists and,
 * once it is settled, what it lacks. A release never changes, so its list is read once; what changes is read again after half a minute.
 */
import { LRUCache } from 'lru-cache';
import { CHANNEL_POINTERS, parseChannelPointer } from '../../../events/channel-pointer.ts';
import { CHANNELS_SEEN, MOST_FOLLOWED, parseChannelSeen } from '../../../events/channel-seen.ts';
import { readable } from '../../../events/record.ts';
import { type MissingPath, manifestKey, parseReleaseManifest, releaseKey } from '../../../events/release-manifest.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { readStorePaths } from '../../../shared/nix/store-path-list.ts';
import { memoised } from '../memoised.ts';
import type { ReadBucket } from '../steady-bucket.ts';
import { within } from '../within.ts';
import { type ListBucket, listKeys } from './list-keys.ts';
import { type PathList, readPathList } from './path-list.ts';

export interface InRelease {
  readonly release: ReleasePrefix;
  readonly channels: readonly ChannelName[];
  /** `current`: channels stand there. `under-way`: they will, once it is settled. */
  readonly status: 'current' | 'under-way';
}

export interface KnownRelease extends InRelease {
  /** What its manifest lists as missing; none while it is under way. */
  readonly missing: ReadonlyMap<StorePathHash, MissingPath>;
}

export interface Listing {
  readonly releases: readonly KnownRelease[];
  /** Of these it can't be said yet. */
  readonly unread: number;
}

export interface Releases {
  /** @throws {BucketFailed} */
  known(): Promise<readonly KnownRelease[]>;
  /** Which of them list a path. Lists that are not read within the time are counted, and read on. @throws {BucketFailed} */
  listing(hash: StorePathHash): Promise<Listing>;
}

export interface ReleasesDeps {
  readonly bucket: ReadBucket & ListBucket;
  readonly state: ReadBucket & ListBucket;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
  /** For all lists together, of one who asks. Default 2 s; for tests. */
  readonly patienceMs?: number;
}

const KNOWN_MS = 30_000;
const MOST_CHANNELS = 100;
/** nixos-unstable has 150,000. */
const MOST_LISTED = 1_000_000;
/** Some forty releases. */
const MOST_LIST_BYTES = 48 * 2 ** 20;
const PATIENCE_MS = 2_000;
/** Detect keeps a release's list before it notes the release. */
const NO_LIST: PathList = { bytes: 0, has: () => false };

export function createReleases({ bucket, state, now, patienceMs = PATIENCE_MS }: ReleasesDeps): Releases {
  const known = memoised(readKnown, { forMs: KNOWN_MS, now });
  let last: Promise<unknown> = Promise.resolve();
  const lists = new LRUCache<ReleasePrefix, PathList>({
    maxSize: MOST_LIST_BYTES,
    sizeCalculation: ({ bytes }) => bytes + 1_024,
    // One after the other: each takes a core for half a second and some memory.
    fetchMethod: (release) => {
      const mine = last.then(() => readList(release));
      last = mine.catch(() => undefined);
      return mine;
    },
  });

  async function readList(release: ReleasePrefix): Promise<PathList> {
    const stored = await bucket.get(releaseKey(release, 'store-paths.xz'));
    return stored ? readPathList(readStorePaths(stored.body), MOST_LISTED) : NO_LIST;
  }

  async function readKnown(): Promise<readonly KnownRelease[]> {
    const standing = new Map<ReleasePrefix, ChannelName[]>();
    const pointedTo = new Map<ChannelName, ReleasePrefix>();
    for (const { key } of await listKeys(bucket, CHANNEL_POINTERS, { most: MOST_CHANNELS })) {
      const pointer = readable(parseChannelPointer, await getText(bucket, key));
      if (!pointer) continue;
      pointedTo.set(pointer.channel, pointer.release);
      add(standing, pointer.release, pointer.channel);
    }
    const underWay = new Map<ReleasePrefix, ChannelName[]>();
    for (const { key } of await listKeys(state, CHANNELS_SEEN, { most: MOST_CHANNELS })) {
      const seen = readable(parseChannelSeen, await getText(state, key));
      const releases = seen?.releases.map(({ release }) => release) ?? [];
      const at = releases.lastIndexOf(pointedTo.get(seen?.channel as ChannelName) as ReleasePrefix);
      for (const release of releases.slice(at + 1).slice(-MOST_FOLLOWED)) {
        if (seen && !standing.has(release)) add(underWay, release, seen.channel);
      }
    }
    const current = [...standing].map(async ([release, channels]): Promise<KnownRelease> => {
      const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release)));
      const missing = new Map(manifest?.unavailable.map((one) => [one.path.hash, one] as const));
      return { release, channels, status: 'current', missing };
    });
    const coming = [...underWay].map(
      ([release, channels]): KnownRelease => ({ release, channels, status: 'under-way', missing: new Map() }),
    );
    return [...(await Promise.all(current)), ...coming];
  }

  return {
    known,
    async listing(hash) {
      const all = await known();
      const patience = within(patienceMs);
      const listed = await Promise.all(
        all.map(async ({ release, missing }) => {
          if (missing.has(hash)) return true; // no list needs to be read for that
          const list = lists.get(release) ?? (await patience(lists.fetch(release).catch(() => undefined)));
          return list?.has(hash);
        }),
      );
      return {
        releases: all.filter((_, at) => listed[at]),
        unread: listed.filter((is) => is === undefined).length,
      };
    },
  };
}

function add<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
