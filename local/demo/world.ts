/**
 * The demo's world: all that its upstream will ever serve, made from a seed and from nothing else. The same seed makes the
 * same bytes again, so an upstream that is started anew goes on where it was.
 */
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import type { PublicKey } from '../../shared/nix/signature.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import { type Built, buildPackages, outOf } from './build-objects.ts';
import { demoKey } from './demo-key.ts';
import { type Fault, faultsOf } from './faults.ts';
import { COMMITS, type ReleaseName, releaseNames } from './history.ts';
import { packageSets } from './package-set.ts';
import { CORRUPT_PACKAGE, LANDMARKS, MISSING_PACKAGE } from './packages.ts';
import { type ReleaseFiles, releaseFiles } from './release-files.ts';
import type { StoreObject } from './store-object.ts';

export interface Release extends ReleaseName, ReleaseFiles {}

export interface World {
  readonly publicKey: PublicKey;
  /** Each channel's releases, oldest first. */
  readonly channels: ReadonlyMap<ChannelName, readonly ReleasePrefix[]>;
  readonly releases: ReadonlyMap<ReleasePrefix, Release>;
  readonly store: ReadonlyMap<StorePathHash, StoreObject>;
  /** The store's narinfos and NAR files by their keys in a cache, all as they should be. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** What upstream has wrong until it is repaired. */
  readonly faults: readonly Fault[];
  readonly landmarks: Landmarks;
}

/** Store paths that stay as they are through all releases, for a person to try. */
export interface Landmarks {
  readonly hello: StorePath;
  readonly missing: StorePath;
  readonly corrupt: StorePath;
  /** Has the corrupt one in its closure. */
  readonly blocked: StorePath;
}

export const DEMO_SEED = 'copycat';

export async function createWorld(seed: string): Promise<World> {
  const key = demoKey(seed);
  const recipes = new Map<StorePathHash, () => Promise<StoreObject>>();
  const commits = packageSets(seed, COMMITS).map((set) =>
    buildPackages(set, { seed, key: key.secret, store: recipes }),
  );
  const store = await madeBy(recipes);
  const landmarks = landmarksOf(commits[0] ?? new Map());
  const releases = await Promise.all(
    releaseNames(seed).map(async (name): Promise<Release> => {
      return { ...name, ...(await releaseFiles(name, commits[name.commit]?.values() ?? [])) };
    }),
  );
  return {
    publicKey: key.public,
    channels: new Map(
      Map.groupBy(releases, ({ channel }) => channel)
        .entries()
        .map(([channel, its]) => [channel, its.map(({ prefix }) => prefix)]),
    ),
    releases: new Map(releases.map((release) => [release.prefix, release])),
    store,
    objects: objectsOf(store.values()),
    faults: faultsOf(landmarks, store),
    landmarks,
  };
}

/** Compressing takes memory: a few at a time. */
const MADE_AT_ONCE = 4;

async function madeBy(recipes: ReadonlyMap<StorePathHash, () => Promise<StoreObject>>): Promise<World['store']> {
  const made = new Map<StorePathHash, StoreObject>();
  const next = recipes.entries();
  const work = async (): Promise<void> => {
    for (const [hash, recipe] of next) made.set(hash, await recipe());
  };
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, work));
  return made;
}

function objectsOf(store: Iterable<StoreObject>): ReadonlyMap<string, Buffer> {
  const objects = new Map<string, Buffer>([
    ['nix-cache-info', Buffer.from('StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n')],
  ]);
  for (const { narInfo, narInfoKey, narKey, narFile } of store) {
    objects.set(narInfoKey, Buffer.from(narInfo));
    objects.set(narKey, narFile);
  }
  return objects;
}

function landmarksOf(packages: ReadonlyMap<string, Built>): Landmarks {
  const path = (pname: string): StorePath => {
    const built = packages.get(pname);
    if (!built) throw new Error(`the demo has no package ${pname}`);
    return outOf(built.outputs);
  };
  const [hello, blocked] = LANDMARKS;
  return { hello: path(hello), missing: path(MISSING_PACKAGE), corrupt: path(CORRUPT_PACKAGE), blocked: path(blocked) };
}
