/** What nobody names: NARs without a narinfo, listings without one. Collect takes them away in time; here they are only told. */
import { CONDEMNED_KEY, readCondemned } from '../../../events/condemned.ts';
import { readable } from '../../../events/record.ts';
import { hashOfStagedKey, STAGED } from '../../../events/staged.ts';
import { type Bucket, bytesOf, type ObjectHead } from '../../../shared/bucket/bucket.ts';
import { Malformed } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { narKey, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { parseStorePathBaseName, type StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Finding } from './finding.ts';

export interface OrphanDeps {
  readonly bucket: Pick<Bucket, 'list' | 'head'>;
  readonly state: Pick<Bucket, 'list' | 'get'>;
  /** Of all that is visible. */
  readonly names: ReadonlySet<StorePathHash>;
  readonly listings: ReadonlySet<StorePathHash>;
  readonly narKeys: ReadonlySet<string>;
  readonly now: () => Date;
}

/** A copy puts the NAR first, and its run has a quarter of an hour. */
const YOUNG_MS = 3_600_000;

export async function* findOrphans(deps: OrphanDeps, signal: AbortSignal): AsyncGenerator<Finding, undefined> {
  const { bucket, names, listings, narKeys, now } = deps;
  const staged = await readStaged(deps.state, signal);
  const condemned = await readGoing(deps.state, signal);
  const isOld = async (key: string): Promise<ObjectHead | undefined> => {
    const head = await bucket.head(key, signal);
    return head && now().getTime() - head.lastModified.getTime() >= YOUNG_MS ? head : undefined;
  };
  for (const hash of listings) {
    const key = listingKey(hash);
    if (condemned.has(key) || names.has(hash) || staged.hashes.has(hash) || !(await isOld(key))) continue;
    yield { kind: 'listing-orphan', key, hash, evidence: `there is no ${hash}.narinfo` };
  }
  for await (const { key } of bucket.list('nar/', { signal })) {
    if (condemned.has(key) || narKeys.has(key) || staged.narKeys.has(key)) continue;
    const head = await isOld(key);
    const broughtBy = readable(parseStorePathBaseName, head?.metadata['store-path']);
    // It may have been named since, or by a narinfo that can't be read.
    if (!head || (broughtBy && (await bucket.head(narInfoKey(broughtBy.hash), signal)))) continue;
    yield { kind: 'nar-orphan', key, evidence: 'no narinfo names it' };
  }
  return undefined;
}

/** What collect has condemned it takes away by itself: that is no news. */
async function readGoing(state: OrphanDeps['state'], signal: AbortSignal): Promise<Pick<ReadonlySet<string>, 'has'>> {
  const stored = await state.get(CONDEMNED_KEY, { signal });
  if (!stored) return new Set();
  return readCondemned(stored.body).then(
    ({ since }) => new Set(since.keys()),
    (error: unknown) => {
      if (error instanceof Malformed) return new Set(); // it is condemned anew
      throw error;
    },
  );
}

async function readStaged(state: OrphanDeps['state'], signal: AbortSignal) {
  const hashes = new Set<StorePathHash>();
  const narKeys = new Set<string>();
  for await (const { key } of state.list(STAGED, { signal })) {
    const hash = hashOfStagedKey(key);
    const stored = hash && (await state.get(key, { signal }));
    if (!hash || !stored) continue;
    hashes.add(hash);
    const nar = narKeyIn(await bytesOf(stored.body));
    if (nar !== undefined) narKeys.add(nar);
  }
  return { hashes, narKeys };
}

/** One that was damaged is publish's business. */
function narKeyIn(text: Uint8Array): string | undefined {
  try {
    return narKey(parseNarInfo(text));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
