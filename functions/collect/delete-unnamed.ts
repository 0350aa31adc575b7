/**
 * Deletes what no name needs any more and no client remembers: listings with the debug links that they tell of, logs, and NARs. In this
 * order, so that a cut leaves nothing that nobody can find.
 */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { cacheObject } from '../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { NAR_GRACE_MS } from './condemn.ts';
import { narsNamed } from './dead-keys.ts';
import { debugLinksIn, narOfDebugLink } from './debug-links.ts';
import type { NameGraph } from './name-graph.ts';
import type { Slice } from './slice.ts';

const DELETIONS_AT_ONCE = 32;

export interface UnnamedDeps {
  readonly bucket: Pick<Bucket, 'get' | 'head'>;
  readonly now: () => Date;
}

/** @param due keys of listings, logs and NARs whose grace is over. */
export async function deleteUnnamed(
  due: Iterable<string>,
  graph: NameGraph,
  deps: UnnamedDeps,
  slice: Slice,
): Promise<void> {
  const named = narsNamed(graph);
  const listings: { readonly key: string; readonly hash: StorePathHash }[] = [];
  const [logs, nars]: [string[], string[]] = [[], []];
  for (const key of due) {
    const object = cacheObject(`/${key}`);
    if (object?.kind === 'listing') listings.push(object);
    else if (object?.kind === 'log') logs.push(key);
    else if (object?.kind === 'nar') nars.push(key);
  }
  const isHere = (hash: StorePathHash): boolean => graph.at(graph.idOf(hash)) !== undefined;
  const isNamed = (key: string): boolean => named.has(graph.narIdOf(key));
  const derived = new Set<string>();
  for (const [, { facts }] of graph.held) if (facts.deriver !== undefined) derived.add(facts.deriver);

  await each(listings, slice, async ({ key, hash }) => {
    if (isHere(hash)) return;
    await deleteLinks(key, isNamed, deps.bucket, slice);
    await slice.delete('bucket', key);
  });
  await each(logs, slice, async (key) => {
    const log = cacheObject(`/${key}`);
    if (log?.kind === 'log' && !derived.has(log.path.hash)) await slice.delete('bucket', key);
  });
  await each(nars, slice, async (key) => {
    if (isNamed(key)) return;
    const head = await deps.bucket.head(key, slice.signal);
    if (!head || head.lastModified.getTime() > deps.now().getTime() - NAR_GRACE_MS) return; // brought again
    await slice.deleteNar(key, head.size);
  });
}

/** Two NARs may have the same debug symbols; a link goes with the one that it names. */
async function deleteLinks(
  listing: string,
  isNamed: (nar: string) => boolean,
  bucket: Pick<Bucket, 'get'>,
  slice: Slice,
): Promise<void> {
  for (const link of await debugLinksIn(listing, bucket, slice.signal)) {
    const nar = await narOfDebugLink(link, bucket, slice.signal);
    if (nar !== undefined && !isNamed(nar)) await slice.delete('bucket', link);
  }
}

const each = <T>(items: readonly T[], slice: Slice, work: (item: T) => Promise<void>): Promise<void> =>
  inParallel(untilOver(items, slice), DELETIONS_AT_ONCE, work);

function* untilOver<T>(items: readonly T[], slice: Slice): Generator<T> {
  for (const item of items) {
    if (!slice.mayBegin()) return;
    yield item;
  }
}
