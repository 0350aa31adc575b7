/**
 * What a channel's current release would cost, before one starts: how much of it is here, and how large the rest is. It only
 * reads, so a runtime may run meanwhile.
 *
 * The sizes of what is here are known. Of the rest a sample is asked of upstream, spread over the list, which is sorted by
 * hashes: as good as chance.
 */
import { stagedKey } from '../events/staged.ts';
import { type Bucket, getText } from '../shared/bucket/bucket.ts';
import { Unavailable } from '../shared/errors.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { narInfoKey } from '../shared/nix/cache-object.ts';
import { parseNarInfo } from '../shared/nix/narinfo.ts';
import type { ChannelName, ReleasePrefix } from '../shared/nix/release.ts';
import type { StorePathHash } from '../shared/nix/store-path.ts';
import { readStorePaths } from '../shared/nix/store-path-list.ts';
import type { BinaryCache } from '../shared/upstream/binary-cache.ts';
import type { Channels } from '../shared/upstream/channels.ts';

export interface PlanDeps {
  readonly channels: Pick<Channels, 'resolve' | 'file'>;
  readonly upstream: Pick<BinaryCache, 'narInfo'>;
  readonly bucket: Pick<Bucket, 'get'>;
  readonly state: Pick<Bucket, 'get'>;
  /** Narinfos that upstream is asked for at most. */
  readonly sample: number;
}

/** Bytes: of NAR files, as they are fetched and stored, and of the NARs in them. */
export interface Sizes {
  readonly paths: number;
  readonly fileBytes: number;
  readonly narBytes: number;
}

export interface Plan {
  readonly channel: ChannelName;
  readonly release: ReleasePrefix;
  /** Store paths in upstream's list. */
  readonly listed: number;
  /** What of it this mirror serves. */
  readonly visible: Sizes;
  /** Copied, and to be visible once what it refers to is. */
  readonly staged: Sizes;
  /** Not here. */
  readonly new: number;
  /** What upstream said about some of the new ones, and how many of these it lacks. */
  readonly sample: Sizes & { readonly missing: number };
  /** Of all that is new, by the sample; undefined when there is none to go by. */
  readonly estimate: Sizes | undefined;
}

const LOOKS_AT_ONCE = 32;
const NONE: Sizes = { paths: 0, fileBytes: 0, narBytes: 0 };

/** @throws what upstream or a bucket throws. */
export async function planChannel(channel: ChannelName, deps: PlanDeps, signal: AbortSignal): Promise<Plan> {
  const release = await deps.channels.resolve(channel, signal);
  const list = await deps.channels.file(release, 'store-paths.xz', signal);
  const hashes = new Set<StorePathHash>();
  for await (const { hash } of readStorePaths(list.body)) hashes.add(hash);

  const here = { visible: NONE, staged: NONE };
  const missing: StorePathHash[] = [];
  await inParallel(hashes, LOOKS_AT_ONCE, async (hash) => {
    const visible = await getText(deps.bucket, narInfoKey(hash), signal);
    const staged = visible === undefined ? await getText(deps.state, stagedKey(hash), signal) : undefined;
    if (visible !== undefined) here.visible = plus(here.visible, visible);
    else if (staged !== undefined) here.staged = plus(here.staged, staged);
    else missing.push(hash);
  });

  const sizes = await estimateSizes(missing.sort(), deps, signal);
  return { channel, release, listed: hashes.size, ...here, new: missing.length, ...sizes };
}

/** How large the NARs of store paths are, by a sample of them. @param hashes in their order, which is as good as chance */
export async function estimateSizes(
  hashes: readonly StorePathHash[],
  deps: Pick<PlanDeps, 'upstream' | 'sample'>,
  signal: AbortSignal,
): Promise<Pick<Plan, 'sample' | 'estimate'>> {
  const sample = await sampleOf(hashes, deps, signal);
  return { sample, estimate: estimated(hashes.length, sample) };
}

async function sampleOf(
  hashes: readonly StorePathHash[],
  { upstream, sample }: Pick<PlanDeps, 'upstream' | 'sample'>,
  signal: AbortSignal,
): Promise<Plan['sample']> {
  const step = Math.max(1, hashes.length / sample);
  const chosen = hashes.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  let [sizes, missing] = [NONE, 0];
  await inParallel(chosen, LOOKS_AT_ONCE, async (hash) => {
    try {
      const narInfo = await upstream.narInfo(hash, signal);
      sizes = plus(sizes, narInfo);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      missing += 1;
    }
  });
  return { ...sizes, missing };
}

function estimated(total: number, { paths, fileBytes, narBytes, missing }: Plan['sample']): Sizes | undefined {
  if (total === 0) return NONE;
  if (paths === 0) return undefined;
  const times = total / (paths + missing);
  const [all, file, nar] = [paths, fileBytes, narBytes].map((figure) => Math.round(figure * times));
  return { paths: all ?? 0, fileBytes: file ?? 0, narBytes: nar ?? 0 };
}

/** A narinfo without FileSize counts by its NarSize. */
function plus({ paths, fileBytes, narBytes }: Sizes, text: string | Uint8Array): Sizes {
  const { fileSize, narSize } = parseNarInfo(text);
  return { paths: paths + 1, fileBytes: fileBytes + (fileSize ?? narSize), narBytes: narBytes + narSize };
}
