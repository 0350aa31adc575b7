/**
 * What need not be asked for: the store paths of the releases that channels stand at here, less those that are unavailable
 * in them, and the lists of the releases under way. A record that was damaged guarantees nothing; then more is asked for.
 */
import { CHANNEL_POINTERS, parseChannelPointer } from '../../events/channel-pointer.ts';
import { CHANNELS_SEEN, MOST_FOLLOWED, parseChannelSeen } from '../../events/channel-seen.ts';
import { type FanOut, fanOutKey, readFanOut } from '../../events/fan-out.ts';
import { readable } from '../../events/record.ts';
import { manifestKey, parseReleaseManifest, RETIRED_AT, releaseKey } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { Malformed } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import type { Guarantees } from './plan-fan-out.ts';

type Readable = Pick<Bucket, 'head' | 'get' | 'list'>;

export async function readGuarantees(
  { bucket, state }: { readonly bucket: Readable; readonly state: Readable },
  signal: AbortSignal,
): Promise<Guarantees> {
  const published = new Set<StorePathHash>();
  for (const release of await releasesPointedTo(bucket, signal)) await addPublished(release, published, bucket, signal);
  const underWay = new Set<StorePathHash>();
  for (const release of await releasesSeen(state, signal)) {
    const settled = await bucket.head(manifestKey(release), signal);
    if (settled && !settled.metadata[RETIRED_AT]) continue;
    for (const { path } of await pathsUnderWay(release, state, signal)) underWay.add(path.hash);
  }
  return { published, underWay };
}

async function releasesPointedTo(bucket: Readable, signal: AbortSignal): Promise<ReadonlySet<ReleasePrefix>> {
  const releases = new Set<ReleasePrefix>();
  for await (const { key } of bucket.list(CHANNEL_POINTERS, { signal })) {
    const pointer = readable(parseChannelPointer, await getText(bucket, key, signal));
    if (pointer) releases.add(pointer.release);
  }
  return releases;
}

async function releasesSeen(state: Readable, signal: AbortSignal): Promise<ReadonlySet<ReleasePrefix>> {
  const releases = new Set<ReleasePrefix>();
  for await (const { key } of state.list(CHANNELS_SEEN, { signal })) {
    const seen = readable(parseChannelSeen, await getText(state, key, signal));
    for (const { release, fannedOut } of seen?.releases.slice(-MOST_FOLLOWED) ?? []) {
      if (fannedOut) releases.add(release); // a list that was cut while sending promises nothing yet
    }
  }
  return releases;
}

async function pathsUnderWay(release: ReleasePrefix, state: Readable, signal: AbortSignal): Promise<FanOut['paths']> {
  const stored = await state.get(fanOutKey(release), { signal });
  if (!stored) return [];
  try {
    return (await readFanOut(stored.body)).paths;
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

async function addPublished(
  release: ReleasePrefix,
  published: Set<StorePathHash>,
  bucket: Readable,
  signal: AbortSignal,
): Promise<void> {
  const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release), signal));
  if (!manifest || manifest.retiredAt) return;
  const list = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  if (!list) return;
  const missing = new Set(manifest.unavailable.map(({ path }) => path.hash));
  for await (const { hash } of readStorePaths(list.body)) if (!missing.has(hash)) published.add(hash);
}
