/**
 * The releases that publish follows: those under way until they settle, and those that channels stand at, whose missing
 * paths may heal. For each it keeps what is still pending; everything else about a release lies in the buckets.
 */
import { type FanOutHead, fanOutKey, readFanOut } from '../../events/fan-out.ts';
import { readable } from '../../events/record.ts';
import { manifestKey, parseReleaseManifest, RETIRED_AT, type ReleaseManifest } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import type { VisibleNames } from './visible-names.ts';

export interface FollowedRelease extends Omit<FanOutHead, 'tracked'> {
  /** Listed and not visible. */
  readonly pending: Set<StorePathHash>;
  /** Pending, but nobody has looked yet whether an earlier release brought them. */
  readonly unchecked: StorePathHash[];
  /** Set once the release is settled. */
  manifest: ReleaseManifest | undefined;
}

export interface Releases {
  /**
   * Begins to follow a release; one that is settled and not `current` needs no following.
   * @throws {Malformed} when its list is damaged.
   */
  follow(release: ReleasePrefix, current: boolean, signal: AbortSignal): Promise<void>;
  /** Ends following settled releases that no channel stands at. */
  leaveAllBut(current: ReadonlySet<ReleasePrefix>): void;
  /** Looks which unchecked paths are visible. */
  check(visible: VisibleNames, signal: AbortSignal): Promise<void>;
  reveal(hash: StorePathHash): void;
  isSettled(release: ReleasePrefix): boolean;
  /** Whether some release waits for a path. */
  readonly pending: Pick<ReadonlySet<StorePathHash>, 'has'>;
  /** The whole name of a pending path. */
  pathOf(hash: StorePathHash): StorePath | undefined;
  get(release: ReleasePrefix): FollowedRelease | undefined;
  readonly followed: Iterable<FollowedRelease>;
}

const LOOKS_AT_ONCE = 64;

export function createReleases(buckets: {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly state: Pick<Bucket, 'get'>;
}): Releases {
  const followed = new Map<ReleasePrefix, FollowedRelease>();
  const settledBefore = new Set<ReleasePrefix>();
  /** Releases of one channel share most of their paths: each is held once, and known by its hash. */
  const paths = new Map<StorePathHash, StorePath>();

  const held = (path: StorePath): StorePathHash => {
    const known = paths.get(path.hash);
    if (known) return known.hash;
    paths.set(path.hash, path);
    return path.hash;
  };

  const start = (head: Omit<FanOutHead, 'tracked'>, listed: Iterable<StorePath>, manifest?: ReleaseManifest): void => {
    const unchecked = Array.from(listed, held);
    followed.set(head.release, { ...head, pending: new Set(unchecked), unchecked, manifest });
  };

  return {
    async follow(release, current, signal) {
      if (followed.has(release) || (settledBefore.has(release) && !current)) return;
      const settled = current ? undefined : await buckets.bucket.head(manifestKey(release), signal);
      if (settled && !settled.metadata[RETIRED_AT]) {
        settledBefore.add(release);
        return;
      }
      // A manifest that was damaged is made anew, from the list; so is one of a release that was retired and is seen again.
      const manifest = readable(parseReleaseManifest, await getText(buckets.bucket, manifestKey(release), signal));
      if (manifest && !manifest.retiredAt) {
        const { revision, listed, unavailable } = manifest;
        start(
          { release, revision, listed },
          unavailable.map(({ path }) => path),
          manifest,
        );
        return;
      }
      const fanOut = await buckets.state.get(fanOutKey(release), { signal });
      if (!fanOut) return; // detect is not that far
      const { head, paths: tracked } = await readFanOut(fanOut.body);
      const { revision, listed } = head;
      start(
        { release, revision, listed },
        tracked.map(({ path }) => path),
      );
    },

    leaveAllBut(current) {
      for (const { release, manifest } of followed.values()) {
        if (!manifest || current.has(release)) continue;
        followed.delete(release);
        settledBefore.add(release);
      }
    },

    async check(visible, signal) {
      for (const { unchecked, pending } of followed.values()) {
        // From the end, so that what was looked at before a cut is not looked at again.
        const next = function* () {
          for (let hash = unchecked.pop(); hash !== undefined; hash = unchecked.pop()) yield hash;
        };
        await inParallel(next(), LOOKS_AT_ONCE, async (hash) => {
          try {
            signal.throwIfAborted();
            if (await visible.isVisible(hash, signal)) pending.delete(hash);
          } catch (error) {
            unchecked.push(hash);
            throw error;
          }
        });
      }
    },

    reveal(hash) {
      for (const { pending } of followed.values()) pending.delete(hash);
    },

    isSettled: (release) => settledBefore.has(release) || followed.get(release)?.manifest !== undefined,
    pending: { has: (hash) => followed.values().some(({ pending }) => pending.has(hash)) },
    pathOf: (hash) => paths.get(hash),
    get: (release) => followed.get(release),
    get followed() {
      return followed.values();
    },
  };
}
