/**
 * Carries out what is noted (events/withdrawal.ts), under the lease and in one go: what a cut left undone is done by the next run, which
 * looks at everything anew. In between publish may make names again of what was staged; that is undone, too.
 *
 * The order keeps each promise at each step: releases excuse what will go; names go, referrers before references; then what is
 * staged and names a NAR that goes, and the NAR itself. A NAR that copy has found here and that goes then is missed by publish,
 * which looks for it before it names its path.
 */
import { stagedKey } from '../../../events/staged.ts';
import { formatWithdrawal, type Withdrawal, withdrawalKey } from '../../../events/withdrawal.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { Lease } from '../../../shared/bucket/lease.ts';
import { CollectRefused } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { NameGraph } from '../name-graph.ts';
import { beginSlice, type Slice } from '../slice.ts';
import { takeLease, type WaitDeps } from '../take-lease.ts';
import { underLease } from '../under-lease.ts';
import { type Doomed, doomedNames } from './doomed-names.ts';
import { releasesToExcuse, writeManifest } from './excuse-releases.ts';
import { hideName, hideNames } from './hide-names.ts';
import { lookAgain, lookAtNames } from './look-at-names.ts';
import { openWithdrawals } from './open-withdrawals.ts';

export interface CarryOutDeps extends WaitDeps {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly lease: Lease;
  readonly log: Log;
  readonly now: () => Date;
}

/** `no-lease`: publish kept it for longer than was waited; what is noted is left to the next run. */
export interface CarriedOut {
  readonly outcome: 'nothing' | 'no-lease' | 'done';
  /** Store paths that are brought anew. */
  readonly paths: number;
  /** Names that went with them. */
  readonly names: number;
  readonly nars: number;
  readonly releases: number;
}

const NONE = { paths: 0, names: 0, nars: 0, releases: 0 };
const LAST_WORDS_MS = 5_000;
const MOST_UNASKED = 100;

export async function carryOut(
  { waitMs }: { readonly waitMs: number },
  deps: CarryOutDeps,
  signal: AbortSignal,
): Promise<CarriedOut> {
  const { lease, log, now } = deps;
  if ((await openWithdrawals(deps.state, signal)).length === 0) return { outcome: 'nothing', ...NONE };
  const graph = await lookAtNames(deps, signal);
  if (!(await takeLease(waitMs, deps, signal))) return { outcome: 'no-lease', ...NONE };
  let changed = false;
  try {
    const looking = {
      bucket: underLease(deps.bucket, lease, signal),
      state: underLease(deps.state, lease, signal),
    };
    const unreadable = await lookAgain(graph, looking, signal);
    const open = new Map((await openWithdrawals(looking.state, signal)).map((one) => [one.hash, one]));
    for (const damaged of damagedNames(unreadable, open, now())) open.set(damaged.hash, damaged);
    const doomed = doomedNames(graph, open.values());
    const slice = beginSlice(deps, new Map(), Number.POSITIVE_INFINITY, signal);
    changed = true;
    const excused = await excuse(doomed, graph, looking.bucket, deps, slice);
    await forgetStaged(doomed, graph, slice);
    await hideNames(doomed, graph, deps, slice);
    requireHidden(doomed, graph);
    await hideUnreadable(doomed, graph, deps.bucket, slice);
    await deleteNars(doomed, deps.bucket, slice);
    await noteAll(doomed, { releases: excused, awaySince: now().toISOString() }, deps, slice);
    const done = {
      paths: doomed.anew.size,
      names: doomed.names.size,
      nars: slice.deleted.nars,
      releases: excused.length,
    };
    log.warn('withdrawal.done', done);
    return { outcome: 'done', ...done };
  } finally {
    await lease.giveBack({ changed }, AbortSignal.timeout(LAST_WORDS_MS)).catch(() => undefined); // then it expires
  }
}

/** They go, too, though nobody has asked for it: nobody knows what they refer to. Not if there are many: that is no rot. */
function damagedNames(
  unreadable: readonly StorePathHash[],
  open: Pick<ReadonlyMap<StorePathHash, Withdrawal>, 'has'>,
  at: Date,
): readonly Withdrawal[] {
  const more = unreadable.filter((hash) => !open.has(hash));
  if (more.length > MOST_UNASKED)
    throw new CollectRefused(`${more.length} names can't be read: that is no rot, and somebody has to look`);
  return more.map((hash) => ({
    hash,
    kind: 'narinfo-damaged',
    evidence: `${narInfoKey(hash)} can't be read`,
    at: at.toISOString(),
    releases: [],
  }));
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

/** What is not named yet and names a NAR that goes. */
async function forgetStaged({ anew }: Doomed, graph: NameGraph, slice: Slice): Promise<void> {
  for (const [id, { nar }] of anew) {
    const held = graph.at(id);
    if (held?.staged && nar && held.nars.includes(graph.narIdOf(nar.key)))
      await slice.delete('state', stagedKey(graph.hashOf(id)));
  }
}

function requireHidden({ names }: Doomed, graph: NameGraph): void {
  const left = [...names.keys()].find((id) => graph.at(id)?.visible);
  if (left === undefined) return;
  const hash = graph.hashOf(left);
  throw new CollectRefused(`${hash} can't be withdrawn: names refer to each other in a circle`, { hash });
}

/** A name that can't be read is in no graph; what referred to it has gone. */
async function hideUnreadable(
  { anew, names }: Doomed,
  graph: NameGraph,
  bucket: Pick<Bucket, 'head'>,
  slice: Slice,
): Promise<void> {
  for (const id of anew.keys()) {
    const key = narInfoKey(graph.hashOf(id));
    if (!names.has(id) && (await bucket.head(key, slice.signal))) await hideName(key, slice);
  }
}

/** Only the very object that was found: what came in its place since then is another matter. */
async function deleteNars({ anew }: Doomed, bucket: Pick<Bucket, 'head'>, slice: Slice): Promise<void> {
  for (const { nar } of anew.values()) {
    if (nar?.etag === undefined) continue; // there was none: whatever is there now came since
    const head = await bucket.head(nar.key, slice.signal);
    if (head?.etag !== nar.etag) continue;
    await slice.delete('bucket', nar.key);
    slice.deleted.nars += 1;
  }
}
