/**
 * The releases that publish follows: those under way until they settle, and those that channels stand at, whose missing
 * paths may heal. For each it keeps what is still pending; everything else about a release lies in the buckets.
 */
import type { FanOutHead } from '../../events/fan-out.ts';
import { fanOutKey, readFanOut } from '../../events/fan-out.ts';
import { manifestKey, parseReleaseManifest, type ReleaseManifest } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import { inParallel } from './in-parallel.ts';
import type { VisibleNames } from './visible-names.ts';

export interface FollowedRelease extends Omit<FanOutHead, 'tracked'> {
  /** Listed and not visible. */
  readonly pending: Map<StorePathHash, StorePath>;
  /** Pending, but nobody has looked yet whether an earlier release brought them. */
  readonly unchecked: StorePath[];
  /** Set once the release is settled. */
  manifest: ReleaseManifest | undefined;
}

export interface Releases {
  /** Begins to follow a release; a release that is settled and not `current` needs no following. */
  follow(release: ReleasePrefix, current: boolean, signal: AbortSignal): Promise<void>;
  /** Ends following a settled release that no channel stands at any longer. */
  leave(release: ReleasePrefix): void;
  /** Looks which unchecked paths are visible. */
  check(visible: VisibleNames, signal: AbortSignal): Promise<void>;
  reveal(hash: StorePathHash): void;
  isSettled(release: ReleasePrefix): boolean;
  isPending(hash: StorePathHash): boolean;
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

  return {
    async follow(release, current, signal) {
      if (followed.has(release) || (settledBefore.has(release) && !current)) return;
      const text = await getText(buckets.bucket, manifestKey(release), signal);
      if (text !== undefined && !current) {
        settledBefore.add(release);
        return;
      }
      if (text !== undefined) followed.set(release, fromManifest(parseReleaseManifest(text)));
      else {
        const fanOut = await buckets.state.get(fanOutKey(release), { signal });
        if (!fanOut) return; // detect is not that far
        const { head, paths } = await readFanOut(fanOut.body);
        const pending = new Map(paths.map(({ path }) => [path.hash, path]));
        followed.set(release, { ...head, pending, unchecked: [...pending.values()], manifest: undefined });
      }
    },

    leave(release) {
      if (!followed.get(release)?.manifest) return;
      followed.delete(release);
      settledBefore.add(release);
    },

    async check(visible, signal) {
      for (const { unchecked, pending } of followed.values()) {
        // From the end, so that what was looked at before a cut is not looked at again.
        const next = function* () {
          for (let path = unchecked.pop(); path; path = unchecked.pop()) yield path;
        };
        await inParallel(next(), LOOKS_AT_ONCE, async (path) => {
          try {
            signal.throwIfAborted();
            if (await visible.isVisible(path.hash, signal)) pending.delete(path.hash);
          } catch (error) {
            unchecked.push(path);
            throw error;
          }
        });
      }
    },

    reveal(hash) {
      for (const { pending } of followed.values()) pending.delete(hash);
    },

    isSettled: (release) => settledBefore.has(release) || followed.get(release)?.manifest !== undefined,
    isPending: (hash) => [...followed.values()].some(({ pending }) => pending.has(hash)),
    get: (release) => followed.get(release),
    get followed() {
      return followed.values();
    },
  };
}

function fromManifest(manifest: ReleaseManifest): FollowedRelease {
  const { release, revision, listed } = manifest;
  const pending = new Map(manifest.unavailable.map(({ path }) => [path.hash, path]));
  return { release, revision, listed, pending, unchecked: [...pending.values()], manifest };
}
