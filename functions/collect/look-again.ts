/**
 * Brings a plan up to date, under the lease: from here to the end of the slice nobody makes a name. What became needed since the plan was
 * made is live: releases, pins, names that came and all that is staged, with what they refer to.
 */
import { hashOfStagedKey, STAGED } from '../../events/staged.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { CollectRefused } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { listedBy, type Plan } from './plan-collection.ts';
import { listNames, readName, readStaged } from './read-names.ts';
import { type Roots, type RootsDeps, readRoots } from './read-roots.ts';
import { decideRetention, type RetentionPolicy } from './retention.ts';

const READS_AT_ONCE = 64;

export interface LookDeps extends RootsDeps {
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'head'>;
  readonly state: Pick<Bucket, 'list' | 'get' | 'head'>;
  readonly now: () => Date;
}

export interface SeenAgain {
  readonly roots: Roots;
  /** Whether a release may go: it is not needed, and not kept unless there is no room for it. */
  mayGo(release: ReleasePrefix): boolean;
}

/** @throws {CollectRefused} when something that is needed can't be read any more. */
export async function lookAgain(
  plan: Plan,
  policy: RetentionPolicy,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<SeenAgain> {
  const { census, live } = plan;
  const { graph } = census;
  const roots = await readRoots(deps, signal);
  const { needed, kept } = decideRetention(roots, policy, deps.now().getTime());
  const evicted = new Set(plan.evicted);
  const stays = new Set([...needed.keys(), ...kept.filter((release) => !evicted.has(release))]);

  await lookAtNames(plan, deps, signal);
  for (const release of stays) {
    if (plan.staying.has(release)) continue;
    for await (const hash of listedBy(release, deps.bucket, signal)) live.keep(graph.idOf(hash));
  }
  for (const { what } of roots.pins) if ('path' in what) live.keep(graph.idOf(what.path.hash));
  return { roots, mayGo: (release) => !stays.has(release) };
}

async function lookAtNames({ census, live }: Plan, deps: LookDeps, signal: AbortSignal): Promise<void> {
  const { graph } = census;
  const { names } = await listNames(deps.bucket, { etags: false }, signal);
  for (const [id, { visible }] of [...graph.held]) if (visible && !names.has(graph.hashOf(id))) graph.hide(id);
  const keepWithReferences = (id: number): void => {
    live.keep(id);
    for (const reference of graph.at(id)?.references ?? []) live.keep(reference);
  };
  const isNew = (hash: StorePathHash): boolean => !graph.at(graph.idOf(hash))?.visible;
  await inParallel([...names.keys()].filter(isNew), READS_AT_ONCE, async (hash) => {
    const facts = await readName(hash, deps.bucket, signal);
    if (facts === 'unreadable') throw new CollectRefused(`${narInfoKey(hash)} can't be read`);
    if (facts) keepWithReferences(graph.add(facts, 'visible'));
  });
  const staged: StorePathHash[] = [];
  for await (const { key } of deps.state.list(STAGED, { signal })) {
    const hash = hashOfStagedKey(key);
    if (hash && !graph.at(graph.idOf(hash))?.staged) staged.push(hash);
  }
  await readStaged(staged, graph, deps.state, signal);
  for (const hash of staged) keepWithReferences(graph.idOf(hash));
}
