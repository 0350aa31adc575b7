/**
 * Writes what a plan says into a directory that is a binary cache of its own: Nix installs from it without anything else. A name is there
 * when all that it promises is: references before referrers, each NAR before its narinfo, a release's manifest after its store
 * paths, a channel's pointer last.
 */
import { channelPointerKey } from '../../../events/channel-pointer.ts';
import { workThrough } from '../../../functions/collect/verify/work-through.ts';
import { createClosureIndex } from '../../../functions/publish/closure-index.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { describeError, Unavailable } from '../../../shared/errors.ts';
import { formatCacheInfo } from '../../../shared/nix/cache-info.ts';
import { CACHE_INFO_KEY } from '../../../shared/nix/cache-object.ts';
import type { ChannelName } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { claimTarget } from './claim-target.ts';
import { type ExportDeps, exportPath } from './export-path.ts';
import type { ExportPlan, Lacking } from './export-plan.ts';
import { exportObject, exportRelease } from './export-release.ts';

export interface ExportFigures {
  paths: number;
  of: number;
  /** Written; what was there already does not count. */
  bytes: number;
}

export interface ExportOptions {
  readonly channels: readonly ChannelName[];
  readonly priority: number;
  readonly verifies: boolean;
  /** Kept up to date, for who watches. */
  readonly figures: ExportFigures;
}

export interface CacheDeps {
  readonly from: Pick<Bucket, 'list' | 'head' | 'get'>;
  readonly to: Pick<Bucket, 'head' | 'get' | 'list' | 'put'>;
}

const PATHS_AT_ONCE = 8;

/**
 * @returns what could not be written, and what therefore was not: all that refers to it. A release that lacks any of it is not written
 * either.
 * @throws {InvalidConfig} when `to` is somebody else's.
 */
export async function exportCache(
  plan: ExportPlan,
  { channels, priority, verifies, figures }: ExportOptions,
  buckets: CacheDeps,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  const onBytes = (bytes: number): void => {
    figures.bytes += bytes;
  };
  const deps = { ...buckets, verifies, onBytes };
  const info = formatCacheInfo({ storeDir: '/nix/store', wantMassQuery: true, priority });
  await claimTarget(buckets.to, signal);
  await buckets.to.put(CACHE_INFO_KEY, info, { signal });
  figures.of = plan.paths.size;
  const failed = await exportPaths(plan, deps, figures, signal);
  if (failed.length > 0) return failed;
  for (const release of plan.releases) await exportRelease(release, deps, signal);
  for (const channel of channels) await exportObject(channelPointerKey(channel), deps, signal);
  return failed;
}

async function exportPaths(
  { paths }: ExportPlan,
  deps: ExportDeps,
  figures: ExportFigures,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  const index = createClosureIndex();
  for (const [hash, { references }] of paths) index.stage(hash, references);
  const failed: Lacking[] = [];
  await workThrough(ready(index), PATHS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    try {
      await exportPath(hash, deps, signal);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      failed.push({ path: hash, reason: describeError(error).message });
      return [];
    }
    figures.paths += 1;
    index.reveal(hash);
    return ready(index);
  });
  for (const hash of index.staged)
    if (!failed.some(({ path }) => path === hash))
      failed.push({ path: hash, reason: 'something that it refers to is lacking' });
  return failed;
}

function* ready(index: ReturnType<typeof createClosureIndex>): Generator<StorePathHash, undefined> {
  for (let hash = index.takeReady(); hash !== undefined; hash = index.takeReady()) yield hash;
  return undefined;
}
