/** Reads narinfos, visible or staged, into the graph. Those that were read before come from the snapshot. */
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { Malformed } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { cacheObject, narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { CensusDeps, CensusOptions } from './census.ts';
import { factsOf, type NameFacts, type NameGraph } from './name-graph.ts';
import { NAMES_IN_PART, openNamesSnapshot } from './names-snapshot.ts';

const READS_AT_ONCE = 64;

/** All names with their etags (empty unless asked for), and the store paths that have a listing. */
export async function listNames(
  bucket: Pick<Bucket, 'list'>,
  { etags }: { readonly etags: boolean },
  signal: AbortSignal,
): Promise<{ readonly names: Map<StorePathHash, string>; readonly listings: readonly StorePathHash[] }> {
  const names = new Map<StorePathHash, string>();
  const listings: StorePathHash[] = [];
  for await (const { key, etag = '' } of bucket.list('', { shallow: true, etags, signal })) {
    const object = cacheObject(`/${key}`);
    if (object?.kind === 'narinfo') names.set(object.hash, etag);
    else if (object?.kind === 'listing') listings.push(object.hash);
  }
  return { names, listings };
}

/** @returns undefined when it was late. */
export async function readNames(
  names: ReadonlyMap<StorePathHash, string>,
  graph: NameGraph,
  deps: CensusDeps,
  { isLate, keep }: CensusOptions,
  signal: AbortSignal,
): Promise<{ readonly unreadable: readonly string[] } | undefined> {
  const snapshot = await openNamesSnapshot(deps.state, signal);
  const toRead = new Map(names);
  let useless = 0;
  for await (const facts of snapshot.lines(signal)) {
    if (toRead.get(facts.hash) === facts.etag && toRead.delete(facts.hash)) graph.add(facts, 'visible');
    else useless += 1;
  }

  const unreadable: string[] = [];
  let fresh: NameFacts[] = [];
  const keepFresh = async (): Promise<void> => {
    const part = fresh;
    fresh = [];
    if (keep && part.length > 0) await snapshot.append(part, signal);
  };
  await inParallel(unlessLate(toRead.keys(), isLate), READS_AT_ONCE, async (hash) => {
    const facts = await readName(hash, deps.bucket, signal);
    if (facts === undefined) return;
    if (facts === 'unreadable') {
      unreadable.push(narInfoKey(hash));
      return;
    }
    const held = graph.at(graph.add(facts, 'visible'));
    if (held) fresh.push(owned(facts, held.references, graph));
    if (fresh.length >= NAMES_IN_PART) await keepFresh();
  });
  await keepFresh();
  if (toRead.size > 0 && isLate()) return undefined;
  if (keep && useless > names.size / 2 + NAMES_IN_PART) {
    for (const part of inParts(graph)) await snapshot.append(part, signal);
    await snapshot.dropOld(signal);
  }
  return { unreadable };
}

/** Answers nothing for one that has gone. */
export async function readName(
  hash: StorePathHash,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<NameFacts | 'unreadable' | undefined> {
  return readFacts(narInfoKey(hash), hash, bucket, signal);
}

/** One that was damaged is publish's business. */
export async function readStaged(
  hashes: Iterable<StorePathHash>,
  graph: NameGraph,
  state: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<void> {
  await inParallel(hashes, READS_AT_ONCE, async (hash) => {
    const facts = await readFacts(stagedKey(hash), hash, state, signal);
    if (facts !== undefined && facts !== 'unreadable') graph.add(facts, 'staged');
  });
}

async function readFacts(
  key: string,
  hash: StorePathHash,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<NameFacts | 'unreadable' | undefined> {
  signal.throwIfAborted();
  const found = await bucket.get(key, { signal });
  if (!found) return undefined;
  try {
    const narInfo = parseNarInfo(await bytesOf(found.body));
    if (narInfo.storePath.hash !== hash) return 'unreadable';
    return factsOf(narInfo, { etag: found.etag, at: found.lastModified.getTime() });
  } catch (error) {
    if (error instanceof Malformed) return 'unreadable';
    throw error;
  }
}

/** The same without holding the narinfo that it was cut from. */
const owned = (facts: NameFacts, references: readonly number[], graph: NameGraph): NameFacts => ({
  ...facts,
  hash: graph.hashOf(graph.idOf(facts.hash)),
  narKey: graph.narKeyOf(graph.narIdOf(facts.narKey)),
  deriver: graph.at(graph.idOf(facts.hash))?.facts.deriver,
  references: references.map(graph.hashOf),
});

function* unlessLate<T>(items: Iterable<T>, isLate: () => boolean): Generator<T> {
  for (const item of items) {
    if (isLate()) return;
    yield item;
  }
}

function* inParts(graph: NameGraph): Generator<readonly NameFacts[]> {
  let part: NameFacts[] = [];
  for (const [id, { visible, facts, references, nars }] of graph.held) {
    const [nar] = nars;
    if (!visible || nar === undefined) continue;
    const narKey = graph.narKeyOf(nar);
    part.push({ hash: graph.hashOf(id), ...facts, narKey, references: references.map(graph.hashOf) });
    if (part.length < NAMES_IN_PART) continue;
    yield part;
    part = [];
  }
  yield part;
}
