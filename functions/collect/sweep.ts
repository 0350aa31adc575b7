/**
 * Deletes what is due, for as long as a slice lasts and under the lease: first the pointers of channels that were left, then releases
 * are retired, then names go, and last what no name needs any more. It may be cut anywhere: what is left is due the next time.
 */
import { channelPointerKey } from '../../events/channel-pointer.ts';
import { channelSeenKey } from '../../events/channel-seen.ts';
import { unavailableKey } from '../../events/path-unavailable.ts';
import { stagedKey } from '../../events/staged.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { overtimeKey } from './census.ts';
import { channelSign, releaseSign } from './dead-keys.ts';
import { deleteNames } from './delete-names.ts';
import { deleteUnnamed } from './delete-unnamed.ts';
import { lookAgain, type SeenAgain } from './look-again.ts';
import type { CollectPolicy, Plan } from './plan-collection.ts';
import { retireRelease } from './retire-release.ts';
import { beginSlice, type Deleted, type Slice } from './slice.ts';
import { takeLease, type WaitDeps } from './take-lease.ts';
import { underLease } from './under-lease.ts';

export interface SweepDeps extends WaitDeps {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly lease: Lease;
  readonly now: () => Date;
}

export interface SweepLimits {
  /** How long the lease is waited for, and held, in milliseconds. */
  readonly waitMs: number;
  readonly sliceMs: number;
}

export interface Swept {
  readonly deleted: Deleted;
  /** Something that was due is left to the next slice. */
  readonly left: boolean;
}

const LAST_WORDS_MS = 5_000;

const NOTHING: Deleted = { names: 0, nars: 0, narBytes: 0, objects: 0, releases: 0 };

/** @throws {CollectRefused} when something that is needed can't be read any more. */
export async function sweep(
  plan: Plan,
  policy: CollectPolicy,
  { waitMs, sliceMs }: SweepLimits,
  deps: SweepDeps,
  signal: AbortSignal,
): Promise<Swept> {
  const { lease, now } = deps;
  if (!(await takeLease(waitMs, deps, signal))) return { deleted: NOTHING, left: true };
  let slice: Slice | undefined;
  try {
    const looking = {
      bucket: underLease(deps.bucket, lease, signal),
      state: underLease(deps.state, lease, signal),
      now,
    };
    const seen = await lookAgain(plan, policy, looking, signal);
    slice = beginSlice(deps, now().getTime() + sliceMs, signal); // from here: a large store takes long to be looked at
    await deleteDue(plan, seen, policy, deps, slice);
    return { deleted: slice.deleted, left: slice.cut };
  } finally {
    const changed = slice?.changed ?? false;
    await lease.giveBack({ changed }, AbortSignal.timeout(LAST_WORDS_MS)).catch(() => undefined); // then it expires
  }
}

async function deleteDue(
  { due, census: { graph, unavailable, overtime }, live }: Plan,
  { roots, mayGo }: SeenAgain,
  policy: Pick<CollectPolicy, 'channels'>,
  deps: SweepDeps,
  slice: Slice,
): Promise<void> {
  const isDue = new Set(due);
  for (const { channel } of roots.channels) {
    if (!isDue.has(channelSign(channel)) || policy.channels.includes(channel) || !slice.mayBegin()) continue;
    await deps.bucket.delete(channelPointerKey(channel), await slice.change());
    await slice.delete('state', channelSeenKey(channel));
  }
  const noted = new Set(roots.channels.flatMap(({ seen }) => seen));
  for (const known of roots.releases.values()) {
    const { release } = known;
    if (!isDue.has(releaseSign(release)) || !mayGo(release) || !slice.mayBegin()) continue;
    await retireRelease(known, noted.has(release), deps, slice);
  }
  if (slice.cut) return; // no name goes while a release that lists it says that all is here

  const doomed = new Set<number>();
  for (const [id, { visible }] of graph.held)
    if (visible && !live.has(id) && isDue.has(narInfoKey(graph.hashOf(id)))) doomed.add(id);
  await deleteNames(doomed, graph, deps.bucket, slice);

  for (const [id, { visible, staged, facts }] of graph.held) {
    const key = stagedKey(graph.hashOf(id));
    if (!staged || visible || live.has(id) || !isDue.has(key) || !slice.mayBegin()) continue;
    const head = await deps.state.head(key, slice.signal);
    if (head?.etag === facts.etag) await slice.delete('state', key); // else it has been staged anew
  }
  const waitedFor = (hash: StorePathHash): boolean => live.has(graph.idOf(hash));
  const records = [
    ...unavailable.filter((hash) => !waitedFor(hash)).map(unavailableKey),
    ...overtime.filter((hash) => !waitedFor(hash) || graph.at(graph.idOf(hash))).map(overtimeKey),
  ];
  for (const key of records) if (isDue.has(key) && slice.mayBegin()) await slice.delete('state', key);
  await deleteUnnamed(due, graph, deps, slice);
}
