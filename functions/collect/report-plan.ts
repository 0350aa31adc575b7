/** What a collection would do now, for a person who asks before: release by release, in names and in bytes of NAR files. */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import { releaseSign } from './dead-keys.ts';
import type { NameGraph, PathId } from './name-graph.ts';
import { listedBy, type Plan, type RootGroup } from './plan-collection.ts';

/** What a release has and those before it have not. */
export interface Amount {
  readonly names: number;
  readonly narBytes: number;
}

export interface PlanReport {
  /** Why nothing would be taken away. */
  readonly refused?: string;
  readonly live: Amount;
  readonly staying: readonly (RootGroup & Amount)[];
  /** What stays because it came on no release's account not long ago. */
  readonly young: Amount;
  readonly going: readonly (Amount & GoingRelease)[];
  /** What goes and belongs to no release that is known. */
  readonly others: Amount;
  /** Would be condemned by this run; condemned before, and not for long enough; would be deleted. */
  readonly condemned: Counts;
  readonly waiting: Counts;
  readonly due: Counts;
}

export interface GoingRelease {
  readonly release: ReleasePrefix;
  /** Since when it is condemned; absent when it would be now. */
  readonly since?: string;
}

/** Of objects. */
export interface Counts {
  readonly names: number;
  readonly nars: number;
  readonly narBytes: number;
  /** Listings, logs, records, releases … */
  readonly others: number;
}

/** @throws {CollectRefused} when the list of a release that goes can't be read. */
export async function reportPlan(plan: Plan, bucket: Pick<Bucket, 'get'>, signal: AbortSignal): Promise<PlanReport> {
  const { census, reach, groups, live, evicted, retention, condemned } = plan;
  const { graph } = census;
  const amountOf = createAmounts(graph);
  const isLive = (id: PathId): boolean => live.has(id);
  const isDead = (id: PathId): boolean => !live.has(id);
  const all = Array.from(graph.held, ([id]) => id);

  const stays = groups.length - evicted.length;
  const staying = groups.slice(0, stays).map((group, at) => ({ ...group, ...amountOf(reach.groups[at], isLive) }));
  const young = amountOf(all, isLive);
  const going: (Amount & GoingRelease)[] = [];
  const tell = (release: ReleasePrefix, ids: readonly PathId[] | undefined): void => {
    const since = condemned.get(releaseSign(release));
    const before = since !== undefined && since < plan.at ? { since: new Date(since).toISOString() } : {};
    going.push({ release, ...before, ...amountOf(ids, isDead) });
  };
  for (const [n, release] of evicted.entries()) tell(release, reach.groups[stays + n]);
  for (const release of retention.gone) {
    reach.begin();
    for await (const hash of listedBy(release, bucket, signal)) reach.from(hash);
    tell(release, reach.groups.at(-1));
  }
  return {
    ...(plan.refusal === undefined ? {} : { refused: plan.refusal }),
    live: { names: live.names, narBytes: live.bytes },
    staying,
    young,
    going,
    others: amountOf(all, isDead),
    ...countsOf(plan),
  };
}

/** Counts each name and each NAR file once, where it comes first. */
function createAmounts(graph: NameGraph) {
  const paths = new Set<PathId>();
  const nars = new Set<number>();
  return (ids: readonly PathId[] = [], which: (id: PathId) => boolean): Amount => {
    let [names, narBytes] = [0, 0];
    for (const id of ids) {
      const held = graph.at(id);
      if (!held || paths.has(id) || !which(id)) continue;
      paths.add(id);
      if (held.visible) names += 1;
      for (const nar of held.nars) {
        if (nars.has(nar)) continue;
        nars.add(nar);
        narBytes += graph.narSizes.get(nar) ?? 0;
      }
    }
    return { names, narBytes };
  };
}

function countsOf({ at, census: { graph }, condemned, due }: Plan): Pick<PlanReport, 'condemned' | 'waiting' | 'due'> {
  const none = () => ({ names: 0, nars: 0, narBytes: 0, others: 0 });
  const counts = { condemned: none(), waiting: none(), due: none() };
  const isDue = new Set(due);
  for (const [key, since] of condemned) {
    const count = counts[isDue.has(key) ? 'due' : since < at ? 'waiting' : 'condemned'];
    if (key.startsWith('nar/')) {
      count.nars += 1;
      count.narBytes += graph.narSizes.get(graph.narIdOf(key)) ?? 0;
    } else if (key.endsWith('.narinfo') && !key.includes('/')) count.names += 1;
    else count.others += 1;
  }
  return counts;
}
