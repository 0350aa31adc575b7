/**
 * Carries out what is noted (events/withdrawal.ts), under the lease. A run that is cut, or has no more time, leaves what it has done: publish
 * makes none of these names meanwhile, and the next run looks at everything anew and goes on.
 *
 * The order keeps each promise at each step: what will go is listed; releases excuse it; names go, referrers before references; then what is
 * staged and names a NAR that goes, and the NAR itself. A NAR that copy has found here and that goes then is missed by publish,
 * which looks for it before it names its path.
 */
import { NAMES_GOING_KEY } from '../../../events/names-going.ts';
import { formatWithdrawal, type Withdrawal, withdrawalKey } from '../../../events/withdrawal.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { Lease } from '../../../shared/bucket/lease.ts';
import type { Log } from '../../../shared/log.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { NameGraph } from '../name-graph.ts';
import { beginSlice, type Slice } from '../slice.ts';
import { takeLease, type WaitDeps } from '../take-lease.ts';
import { underLease } from '../under-lease.ts';
import { damagedNames } from './damaged-names.ts';
import { type Doomed, doomedNames } from './doomed-names.ts';
import { releasesToExcuse, writeManifest } from './excuse-releases.ts';
import { refuted, takeBack } from './look-at-findings.ts';
import { lookAgain, lookAtNames } from './look-at-names.ts';
import { goingBefore, newlyGoing, noteGoing } from './names-going.ts';
import { openWithdrawals } from './open-withdrawals.ts';
import { takeAway } from './take-away.ts';

export interface CarryOutDeps extends WaitDeps {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly lease: Lease;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Carrying {
  /** How long publish is asked for the lease, in milliseconds. */
  readonly waitMs: number;
  /** Until when names are taken away (ms). The rest is left to the next run. Default: until all have gone. */
  readonly endsAt?: number;
  /** More names than the larger of both do not go: that is no rot, or somebody has to say that it is. */
  readonly most: {
    readonly names: number;
    /** Of all that are here. */
    readonly share: number;
  };
}

/**
 * `no-lease`: publish kept it for longer than was waited; what is noted is left to the next run. `under-way`: so is the rest, for time was
 * over. `refused`: too much would go, and somebody has to look.
 */
export interface CarriedOut {
  readonly outcome: 'nothing' | 'no-lease' | 'refused' | 'under-way' | 'done';
  /** Store paths that are brought anew. */
  readonly paths: number;
  /** Names that went with them. */
  readonly names: number;
  readonly nars: number;
  readonly releases: number;
  /** Names that would have gone, where that was refused. */
  readonly wouldGo?: number;
}

const NONE = { paths: 0, names: 0, nars: 0, releases: 0 };
const LAST_WORDS_MS = 5_000;

export async function carryOut(
  { waitMs, endsAt = Number.POSITIVE_INFINITY, most }: Carrying,
  deps: CarryOutDeps,
  signal: AbortSignal,
): Promise<CarriedOut> {
  const { lease, now } = deps;
  if ((await openWithdrawals(deps.state, signal)).length === 0) return { outcome: 'nothing', ...NONE };
  const graph = await lookAtNames(deps, () => now().getTime() >= endsAt, signal);
  if (!graph) return { outcome: 'under-way', ...NONE };
  if (!(await takeLease(waitMs, deps, signal))) return { outcome: 'no-lease', ...NONE };
  const slice = beginSlice(deps, new Map(), endsAt, signal);
  try {
    return await carryOutUnderLease(graph, most, deps, slice);
  } finally {
    await lease.giveBack({ changed: slice.changed }, AbortSignal.timeout(LAST_WORDS_MS)).catch(() => undefined); // then it expires
  }
}

async function carryOutUnderLease(
  graph: NameGraph,
  most: Carrying['most'],
  deps: CarryOutDeps,
  slice: Slice,
): Promise<CarriedOut> {
  const { bucket, state, lease, log, now } = deps;
  const { signal, deleted } = slice;
  const looking = { bucket: underLease(bucket, lease, signal), state: underLease(state, lease, signal) };
  const unreadable = await lookAgain(graph, looking, signal);
  const open = new Map((await openWithdrawals(looking.state, signal)).map((one) => [one.hash, one]));
  for (const wrong of await refuted(open.values(), graph, looking, signal)) {
    open.delete(wrong.hash);
    await takeBack(wrong, graph, deps, slice);
  }
  for (const damaged of damagedNames(unreadable, open, now())) open.set(damaged.hash, damaged);
  const before = await goingBefore(state, signal);
  if (open.size === 0) {
    if (before.size > 0) await slice.delete('state', NAMES_GOING_KEY);
    return { outcome: 'nothing', ...NONE };
  }
  const doomed = doomedNames(graph, open.values());
  const wouldGo = newlyGoing(doomed, graph, before).length; // what an earlier run has begun is not asked about again
  const limit = Math.max(most.names, most.share * countVisible(graph));
  if (wouldGo > limit) {
    log.error('withdrawal.refused', { names: wouldGo, limit });
    return { outcome: 'refused', ...NONE, wouldGo };
  }
  if (wouldGo > 0) await noteGoing(doomed, graph, state, slice);
  const excused = await excuse(doomed, graph, looking.bucket, deps, slice);
  await takeAway(doomed, graph, deps, slice);
  const paths = doomed.anew.size;
  const done = { paths, names: deleted.names, nars: deleted.nars, releases: excused.length };
  if (slice.cut) {
    log.warn('withdrawal.under-way', { ...done, left: doomed.names.size - deleted.names });
    return { outcome: 'under-way', ...done };
  }
  await slice.delete('state', NAMES_GOING_KEY); // no name is left that it would keep from coming back
  await noteAll(doomed, { releases: excused, awaySince: now().toISOString() }, deps, slice);
  log.warn('withdrawal.done', done);
  return { outcome: 'done', ...done };
}

function countVisible(graph: NameGraph): number {
  let names = 0;
  for (const [, { visible }] of graph.held) if (visible) names += 1;
  return names;
}

/** Each is noted first, so that publish follows it whatever becomes of this run. One after the other: a manifest may be long. */
async function excuse(
  doomed: Doomed,
  graph: NameGraph,
  looking: Pick<Bucket, 'list' | 'get'>,
  deps: CarryOutDeps,
  slice: Slice,
): Promise<readonly ReleasePrefix[]> {
  const going = new Map<StorePathHash, 'anew' | StorePathHash>();
  for (const [id, cause] of doomed.names) going.set(graph.hashOf(id), cause);
  for (const id of doomed.anew.keys()) going.set(graph.hashOf(id), 'anew');
  const releases: ReleasePrefix[] = [];
  for await (const manifest of releasesToExcuse(going, looking, slice.signal)) {
    if (!slice.mayBegin()) break;
    releases.push(manifest.release);
    await noteAll(doomed, { releases }, deps, slice);
    await writeManifest(manifest, deps.bucket, await slice.change());
  }
  return releases;
}

async function noteAll(
  { anew }: Doomed,
  { releases, awaySince }: Pick<Withdrawal, 'releases' | 'awaySince'>,
  { state }: Pick<CarryOutDeps, 'state'>,
  slice: Slice,
): Promise<void> {
  for (const withdrawal of anew.values()) {
    const excusing = [...new Set([...withdrawal.releases, ...releases])];
    const record = { ...withdrawal, releases: excusing, ...(awaySince === undefined ? {} : { awaySince }) };
    await state.put(withdrawalKey(withdrawal.hash), formatWithdrawal(record), { signal: await slice.change() });
  }
}
