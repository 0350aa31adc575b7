/** Looks up how a store path stands. Bounded: by look-ups at once, in all and in time, and remembered for some seconds. */
import { LRUCache } from 'lru-cache';
import { type PathUnavailable, parsePathUnavailable, unavailableKey } from '../../../events/path-unavailable.ts';
import { parsePulls, pullsKey } from '../../../events/pulls.ts';
import { dateOf, readable } from '../../../events/record.ts';
import { stagedKey } from '../../../events/staged.ts';
import { bytesOf, getText } from '../../../shared/bucket/bucket.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { parseStorePathHash, type StorePath, type StorePathHash } from '../../../shared/nix/store-path.ts';
import { memoised } from '../memoised.ts';
import type { ReadBucket } from '../steady-bucket.ts';
import { within } from '../within.ts';
import type { InRelease, KnownRelease, Releases } from './releases.ts';
import { type Link, type Standing, stateOf, type Trouble } from './standing.ts';
import { type Seen, type Walked, walk } from './walk.ts';

export interface LookUpDeps {
  readonly bucket: ReadBucket;
  readonly state: ReadBucket;
  readonly releases: Releases;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
  readonly date: () => Date;
}

export interface LookUp {
  /** @throws {BucketFailed} or {Overloaded} when it can't be said. */
  standingOf(hash: StorePathHash): Promise<Standing>;
}

/** A way that is longer than that is said by its ends, which the manifest knows. */
const WALK = { most: 400, ms: 5_000 };
/** For the releases of a path that is here: that it is here is what matters. */
const LISTING_MS = 2_500;
const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 500;
const PULLS_MS = 15_000;

interface Held {
  readonly narInfo: NarInfo;
  readonly since: string;
}

export function createLookUp({ bucket, state, releases, now, date }: LookUpDeps): LookUp {
  const standings = new LRUCache<StorePathHash, Standing>({
    max: MOST_REMEMBERED,
    ttl: REMEMBERED_MS,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: (hash) => find(hash),
  });
  const pulled = memoised(
    async () => new Set(readable(parsePulls, await getText(state, pullsKey(dateOf(date()))))?.paths),
    { forMs: PULLS_MS, now },
  );

  async function held(from: ReadBucket, key: string): Promise<Held | undefined> {
    const found = await from.get(key);
    const narInfo = found && readable(parseNarInfo, (await bytesOf(found.body)).toString('utf8'));
    return narInfo && { narInfo, since: found.lastModified.toISOString() };
  }

  const recordOf = async (hash: StorePathHash): Promise<PathUnavailable | undefined> =>
    readable(parsePathUnavailable, await getText(state, unavailableKey(hash)));

  /** What is staged outweighs a record: publish has not taken that away yet. */
  async function look(hash: StorePathHash): Promise<Seen> {
    if (await bucket.head(narInfoKey(hash))) return { kind: 'here' };
    const [staged, record] = await Promise.all([held(state, stagedKey(hash)), recordOf(hash)]);
    if (staged) return { kind: 'staged', references: staged.narInfo.references };
    return record ? { kind: 'unavailable', record } : { kind: 'absent' };
  }

  async function find(hash: StorePathHash): Promise<Standing> {
    const visible = await held(bucket, narInfoKey(hash));
    // What is here can be given whatever else fails: then only its releases are not known.
    if (visible) {
      const listing = await within(LISTING_MS)(releases.listing(hash).catch(() => undefined));
      return hereFor(visible, listing ?? { releases: [], unread: 1 });
    }
    const [staged, record, listing] = await Promise.all([
      held(state, stagedKey(hash)),
      recordOf(hash),
      releases.listing(hash),
    ]);
    const common = { hash, releases: listing.releases.map(publicly), unreadReleases: listing.unread };
    if (staged) {
      const { storePath, references } = staged.narInfo;
      const end = now() + WALK.ms;
      const walked = await walk(storePath, references, look, { most: WALK.most, isLate: () => now() > end });
      const onward = walked.chain ? walked : { ...walked, ...(await fromManifest(storePath, listing.releases)) };
      return { ...common, path: storePath, since: staged.since, ...heldBack(onward) };
    }
    const named = listing.releases.find(({ missing }) => missing.has(hash))?.missing.get(hash);
    const path = named && { path: named.path };
    if (record) {
      const trouble = troubleOf(record);
      return { ...common, ...path, state: stateOf(record.reason), since: record.since, trouble };
    }
    if (named) return { ...common, ...path, state: 'unavailable', trouble: { reason: named.reason } }; // its record was damaged
    const wanted = listing.releases.length > 0 || (await pulled()).has(hash);
    return { ...common, state: wanted ? 'asked' : 'unlisted' };
  }

  /** Where the way to the cause was too long to walk, the manifest knows its end. */
  async function fromManifest(path: StorePath, listed: readonly KnownRelease[]): Promise<Partial<Walked>> {
    const because = listed.map(({ missing }) => missing.get(path.hash)?.because).find((hash) => hash !== undefined);
    const hash = readable(parseStorePathHash, because);
    const cause = hash && (await recordOf(hash));
    if (!cause) return {};
    const start: Link = { hash: path.hash, path, state: 'blocked' };
    return { cause, chain: [start, { hash: cause.hash, state: stateOf(cause.reason) }] };
  }

  return {
    async standingOf(hash) {
      const standing = await standings.fetch(hash);
      if (standing === undefined) throw new RangeError('a look-up was given up');
      if (standing.unreadReleases > 0) standings.delete(hash); // soon more is known
      return standing;
    },
  };
}

/** All its references are here, or it would not be: none needs to be looked at. */
function hereFor(
  { narInfo, since }: Held,
  { releases, unread }: { readonly releases: readonly InRelease[]; readonly unread: number },
): Standing {
  const { storePath, references } = narInfo;
  const paths = references
    .filter(({ hash }) => hash !== storePath.hash)
    .map((path): Link => ({ hash: path.hash, path, state: 'here' }));
  return {
    hash: storePath.hash,
    path: storePath,
    state: 'here',
    since,
    references: { total: paths.length, paths, lookedAt: paths.length, here: paths.length },
    releases: releases.map(publicly),
    unreadReleases: unread,
  };
}

function heldBack({ references, chain, cause }: Walked): Pick<Standing, 'state' | 'references' | 'chain' | 'because'> {
  if (!chain || !cause) return { state: 'waiting', references };
  return {
    state: cause.reason === 'failing' ? 'waiting' : 'blocked',
    references,
    chain,
    because: troubleOf(cause),
  };
}

const publicly = ({ release, channels, status }: InRelease): InRelease => ({ release, channels, status });

export function troubleOf({ reason, since, attempts, last, next, evidence }: PathUnavailable): Trouble {
  return { reason, since, attempts, last, next, evidence };
}
