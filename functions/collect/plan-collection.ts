/**
 * Looks at everything and decides what is live, what is dead, and what has been dead for long enough. It takes no lease: what it
 * decides is looked at again before anything is deleted (sweep.ts).
 */

import type { CollectFigures } from '../../events/collected.ts';
import { CONDEMNED_KEY, readCondemned } from '../../events/condemned.ts';
import { releaseKey } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { CollectRefused, Malformed } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import { whyNot } from './brakes.ts';
import { type Census, type CensusDeps, type CensusOptions, takeCensus } from './census.ts';
import { condemn, dueOf, type Grace } from './condemn.ts';
import { deadKeys } from './dead-keys.ts';
import { decideLive, type LiveSet } from './live-set.ts';
import { createReach, type Reach } from './reach.ts';
import { type Roots, type RootsDeps, readRoots } from './read-roots.ts';
import { decideRetention, type Retention, type RetentionPolicy } from './retention.ts';

export interface CollectPolicy extends RetentionPolicy {
  /** `RETAIN_BYTES`; infinite when there is no limit. */
  readonly mostBytes: number;
  /** `COLLECT_MOST_SHARE` */
  readonly mostShare: number;
  readonly grace: Grace;
}

export interface PlanDeps extends CensusDeps, RootsDeps {
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'head'>;
  readonly state: Pick<Bucket, 'list' | 'get' | 'head' | 'put' | 'delete'>;
  readonly now: () => Date;
}

export interface Plan {
  readonly census: Census;
  readonly roots: Roots;
  readonly retention: Retention;
  readonly reach: Reach;
  readonly live: LiveSet;
  /** Releases that stay, in the order of `reach`'s groups after the first. */
  readonly staying: ReadonlySet<ReleasePrefix>;
  /** Kept, if there were room for them: those that would go last first. */
  readonly evicted: readonly ReleasePrefix[];
  /** Key → since when it is condemned (ms), and the etag of the record that it follows. */
  readonly condemned: ReadonlyMap<string, number>;
  readonly etag: string | undefined;
  readonly due: readonly string[];
  /** Why nothing may be taken away. */
  readonly refusal: string | undefined;
}

/** @returns undefined when time was over. @throws {CollectRefused} when something that is needed can't be read. */
export async function planCollection(
  policy: CollectPolicy,
  deps: PlanDeps,
  options: CensusOptions,
  signal: AbortSignal,
): Promise<Plan | undefined> {
  const { bucket, state } = deps;
  const now = deps.now().getTime();
  const roots = await readRoots({ bucket, state }, signal);
  const retention = decideRetention(roots, policy, now);
  const census = await takeCensus(deps, options, signal);
  if (!census) return undefined;

  const reach = createReach(census.graph);
  reach.begin();
  for (const release of retention.needed.keys()) await reachRelease(release, reach, bucket, signal);
  for (const { what } of roots.pins) if ('path' in what) reach.from(what.path.hash);
  for (const release of retention.kept) {
    reach.begin();
    await reachRelease(release, reach, bucket, signal);
  }
  const youngSince = now - policy.ms;
  const { live, staying } = decideLive(census.graph, reach, { youngSince, mostBytes: policy.mostBytes });
  const evicted = retention.kept.slice(staying - 1);
  const dead = deadKeys({ census, live, gone: [...evicted, ...retention.gone], left: retention.left });
  const { since, etag } = await readBefore(state, signal);
  const condemned = condemn(dead, since, now);
  return {
    census,
    roots,
    retention,
    reach,
    live,
    staying: new Set([...retention.needed.keys(), ...retention.kept.slice(0, staying - 1)]),
    evicted,
    condemned,
    etag,
    due: [...dueOf(condemned, policy.grace, now)],
    refusal: whyNot({
      names: namesIn(census),
      deadNames: namesIn(census) - live.names,
      unreadable: census.unreadable,
      channels: policy.channels,
      withRelease: new Set(
        roots.channels
          .filter(({ at, seen }) => at !== undefined || seen.some((release) => retention.needed.has(release)))
          .map(({ channel }) => channel),
      ),
      retiredCurrent: roots.channels.flatMap(({ at }) =>
        at !== undefined && roots.releases.get(at)?.retiredAt !== undefined ? [at] : [],
      ),
      mostShare: policy.mostShare,
    }),
  };
}

export const namesIn = ({ graph }: Census): number => {
  let names = 0;
  for (const [, { visible }] of graph.held) if (visible) names += 1;
  return names;
};

async function reachRelease(
  release: ReleasePrefix,
  reach: Pick<Reach, 'from'>,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<void> {
  for await (const hash of listedBy(release, bucket, signal)) reach.from(hash);
}

/** @throws {CollectRefused} when the list can't be read. */
export async function* listedBy(
  release: ReleasePrefix,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): AsyncGenerator<StorePathHash, undefined> {
  const key = releaseKey(release, 'store-paths.xz');
  const list = await bucket.get(key, { signal });
  if (!list) throw new CollectRefused(`${key} is not there`, { key });
  try {
    for await (const { hash } of readStorePaths(list.body)) yield hash;
  } catch (error) {
    if (error instanceof Malformed) throw new CollectRefused(`${key} can't be read`, { key }, error);
    throw error;
  }
  return undefined;
}

/** One that was damaged is as good as none: then everything is condemned anew. */
async function readBefore(
  state: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<{ readonly since: ReadonlyMap<string, number>; readonly etag: string | undefined }> {
  const stored = await state.get(CONDEMNED_KEY, { signal });
  if (!stored) return { since: new Map(), etag: undefined };
  const { etag } = stored;
  return readCondemned(stored.body).then(
    ({ since }) => ({ since, etag }),
    (error: unknown) => {
      if (error instanceof Malformed) return { since: new Map(), etag };
      throw error;
    },
  );
}

/** What it comes to before anything is deleted. */
export function figuresOf({ census, live, condemned, retention: _ }: Plan): CollectFigures {
  const { graph } = census;
  let [condemnedNames, condemnedNars, condemnedBytes] = [0, 0, 0];
  for (const key of condemned.keys()) {
    if (key.endsWith('.narinfo') && !key.includes('/')) condemnedNames += 1;
    if (!key.startsWith('nar/')) continue;
    condemnedNars += 1;
    condemnedBytes += graph.narSizes.get(graph.narIdOf(key)) ?? 0;
  }
  return {
    names: namesIn(census),
    liveNames: live.names,
    liveBytes: live.bytes,
    condemnedNames,
    condemnedNars,
    condemnedBytes,
    deletedNames: 0,
    deletedNars: 0,
    deletedBytes: 0,
    deletedObjects: 0,
    retiredReleases: 0,
  };
}
