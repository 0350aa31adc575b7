/**
 * What need not be asked for: the store paths of the releases that channels stand at here, less those that are unavailable
 * in them, and the lists of the releases under way.
 */
import { CHANNEL_POINTERS, parseChannelPointer } from '../../events/channel-pointer.ts';
import { CHANNELS_SEEN, parseChannelSeen } from '../../events/channel-seen.ts';
import { fanOutKey, readFanOut } from '../../events/fan-out.ts';
import { manifestKey, parseReleaseManifest, releaseKey } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Guarantees } from './plan-fan-out.ts';
import { readStorePaths } from './store-paths.ts';

type Readable = Pick<Bucket, 'head' | 'get' | 'list'>;

export async function readGuarantees(
  { bucket, state }: { readonly bucket: Readable; readonly state: Readable },
  signal: AbortSignal,
): Promise<Guarantees> {
  const published = new Set<StorePathHash>();
  for (const release of await releasesPointedTo(bucket, signal)) await addPublished(release, published, bucket, signal);
  const underWay = new Set<StorePathHash>();
  for (const release of await releasesSeen(state, signal)) {
    if (await bucket.head(manifestKey(release), signal)) continue;
    const fanOut = await state.get(fanOutKey(release), { signal });
    for (const { path } of fanOut ? (await readFanOut(fanOut.body)).paths : []) underWay.add(path.hash);
  }
  return { published, underWay };
}

async function releasesPointedTo(bucket: Readable, signal: AbortSignal): Promise<ReadonlySet<ReleasePrefix>> {
  const releases = new Set<ReleasePrefix>();
  for await (const { key } of bucket.list(CHANNEL_POINTERS, { signal })) {
    const text = await getText(bucket, key, signal);
    if (text !== undefined) releases.add(parseChannelPointer(text).release);
  }
  return releases;
}

async function releasesSeen(state: Readable, signal: AbortSignal): Promise<ReadonlySet<ReleasePrefix>> {
  const releases = new Set<ReleasePrefix>();
  for await (const { key } of state.list(CHANNELS_SEEN, { signal })) {
    const text = await getText(state, key, signal);
    for (const { release, fannedOut } of text === undefined ? [] : parseChannelSeen(text).releases) {
      if (fannedOut) releases.add(release); // a list that was cut while sending promises nothing yet
    }
  }
  return releases;
}

async function addPublished(
  release: ReleasePrefix,
  published: Set<StorePathHash>,
  bucket: Readable,
  signal: AbortSignal,
): Promise<void> {
  const [manifest, list] = [
    await getText(bucket, manifestKey(release), signal),
    await storePathsOf(release, bucket, signal),
  ];
  if (manifest === undefined || !list) return; // guarantees nothing that could be read
  const missing = new Set(parseReleaseManifest(manifest).unavailable.map(({ path }) => path.hash));
  for await (const { hash } of readStorePaths(list.body)) if (!missing.has(hash)) published.add(hash);
}

const storePathsOf = (release: ReleasePrefix, bucket: Readable, signal: AbortSignal) =>
  bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
