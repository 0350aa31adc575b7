/**
 * What an export consists of: the releases or store paths that are asked for, all that these refer to, and what of it is not here. It only
 * reads. Memory: some hundred bytes for each store path.
 */
import { channelPointerKey, parseChannelPointer } from '../../../events/channel-pointer.ts';
import { readable } from '../../../events/record.ts';
import { manifestKey, parseReleaseManifest, releaseKey } from '../../../events/release-manifest.ts';
import { workThrough } from '../../../functions/collect/verify/work-through.ts';
import { type Bucket, bytesOf, getText } from '../../../shared/bucket/bucket.ts';
import { Malformed } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, narKey, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatBaseName, type StorePathHash } from '../../../shared/nix/store-path.ts';
import { readStorePaths } from '../../../shared/nix/store-path-list.ts';

export interface Wanted {
  readonly channels: readonly ChannelName[];
  readonly releases: readonly ReleasePrefix[];
  readonly paths: readonly StorePathHash[];
}

/** One store path that is here. */
export interface Exported {
  readonly nar: string;
  /** Bytes of the NAR file, as the narinfo says; of the NAR where it does not. */
  readonly bytes: number;
  readonly references: readonly StorePathHash[];
}

export interface Lacking {
  /** `<hash>-<name>`, or the hash alone. */
  readonly path: string;
  readonly reason: string;
}

export interface ExportPlan {
  readonly releases: ReadonlySet<ReleasePrefix>;
  readonly paths: ReadonlyMap<StorePathHash, Exported>;
  /** Asked for, or referred to, and not here. */
  readonly lacking: readonly Lacking[];
  /** Of NAR files, each counted once. */
  readonly bytes: number;
}

const READS_AT_ONCE = 48;

/** @throws {Malformed} when a channel or a release is not here, or its list is damaged. */
export async function planExport(
  wanted: Wanted,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<ExportPlan> {
  const releases = new Set(wanted.releases);
  for (const channel of wanted.channels) releases.add(await releaseOf(channel, bucket, signal));
  const lacking: Lacking[] = [];
  const roots = new Set(wanted.paths);
  for (const release of releases) {
    for await (const hash of listedBy(release, bucket, lacking, signal)) roots.add(hash);
  }
  const paths = new Map<StorePathHash, Exported>();
  const met = new Set(roots);
  await workThrough([...roots], READS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    const narInfo = await readNarInfo(hash, bucket, signal);
    const nar = narInfo && narKey(narInfo);
    if (!narInfo || nar === undefined) {
      lacking.push({ path: narInfo ? formatBaseName(narInfo.storePath) : hash, reason: 'not here' });
      return [];
    }
    const references = narInfo.references.map((reference) => reference.hash).filter((one) => one !== hash);
    paths.set(hash, { nar, bytes: narInfo.fileSize ?? narInfo.narSize, references });
    const fresh = references.filter((one) => !met.has(one));
    for (const one of fresh) met.add(one);
    return fresh;
  });
  const files = new Map([...paths.values()].map((one) => [one.nar, one.bytes]));
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  return { releases, paths, lacking, bytes };
}

async function releaseOf(
  channel: ChannelName,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<ReleasePrefix> {
  const pointer = readable(parseChannelPointer, await getText(bucket, channelPointerKey(channel), signal));
  if (!pointer) throw new Malformed(`${channel} stands at no release here`, { field: 'channel' });
  return pointer.release;
}

/** What it lists and has; what it lacks is told. */
async function* listedBy(
  release: ReleasePrefix,
  bucket: Pick<Bucket, 'get'>,
  lacking: Lacking[],
  signal: AbortSignal,
): AsyncGenerator<StorePathHash, undefined> {
  const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release), signal));
  const list = manifest && (await bucket.get(releaseKey(release, 'store-paths.xz'), { signal }));
  if (!manifest || !list) throw new Malformed(`${release} is not settled here`, { field: 'release' });
  if (manifest.retiredAt !== undefined) {
    throw new Malformed(`${release} is retired: its store paths are not kept since ${manifest.retiredAt}`, {
      field: 'release',
    });
  }
  const missing = new Set(manifest.unavailable.map(({ path }) => path.hash));
  for (const { path, reason } of manifest.unavailable) lacking.push({ path: formatBaseName(path), reason });
  for await (const { hash } of readStorePaths(list.body)) if (!missing.has(hash)) yield hash;
  return undefined;
}

async function readNarInfo(
  hash: StorePathHash,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<NarInfo | undefined> {
  const stored = await bucket.get(narInfoKey(hash), { signal });
  return stored && readable(parseNarInfo, await bytesOf(stored.body)); // damaged: verify says how
}
