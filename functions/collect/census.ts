/**
 * What is in the buckets: names with what they refer to, what is staged, NARs with their sizes, and all that goes with them. It takes no
 * lease and looks at one thing after the other, while others write; what it is used for is looked at again under the lease.
 */

import { hashOfUnavailableKey, UNAVAILABLE } from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { STAGED } from '../../events/staged.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { cacheObject } from '../../shared/nix/cache-object.ts';
import { parseStorePathHash, type StorePathHash } from '../../shared/nix/store-path.ts';
import { createNameGraph, type NameGraph } from './name-graph.ts';
import { listNames, readNames, readStaged } from './read-names.ts';

export interface CensusDeps {
  readonly bucket: Pick<Bucket, 'list' | 'get'>;
  readonly state: Pick<Bucket, 'list' | 'get' | 'put' | 'delete'>;
}

export interface Census {
  readonly graph: NameGraph;
  /** Narinfos that can't be read: nobody knows what they refer to. */
  readonly unreadable: readonly string[];
  /** Store paths that have a listing. */
  readonly listings: readonly StorePathHash[];
  /** Numbers of those in `graph`. */
  readonly nars: readonly number[];
  /** `log/<hash>-<name>.drv` */
  readonly logs: readonly { readonly key: string; readonly deriver: StorePathHash }[];
  readonly unavailable: readonly StorePathHash[];
  readonly overtime: readonly StorePathHash[];
}

export interface CensusOptions {
  /** Whether it is time to end. What was read is kept for the next run. */
  readonly isLate: () => boolean;
  /** Whether it may be kept. */
  readonly keep: boolean;
}

const NARS = 'nar/';
const LOGS = 'log/';
const OVERTIME = 'overtime/';
export const overtimeKey = (hash: StorePathHash): string => `${OVERTIME}${hash}.json`;

/** @returns undefined when time was over before all names were read. */
export async function takeCensus(
  deps: CensusDeps,
  options: CensusOptions,
  signal: AbortSignal,
): Promise<Census | undefined> {
  const { bucket, state } = deps;
  const graph = createNameGraph();
  const { names, listings } = await listNames(bucket, { etags: true }, signal);
  const read = await readNames(names, graph, deps, options, signal);
  if (!read) return undefined;
  const staged = new Map<StorePathHash, string>();
  for await (const { key, etag = '' } of state.list(STAGED, { etags: true, signal })) {
    const hash = hashIn(key, STAGED, '.narinfo');
    if (hash) staged.set(hash, etag);
  }
  await readStaged(staged.keys(), graph, state, signal);

  const nars: number[] = [];
  for await (const { key, size = 0 } of bucket.list(NARS, { sizes: true, signal })) {
    const nar = graph.narIdOf(key);
    nars.push(nar);
    graph.narSizes.set(nar, size);
  }
  const logs: { key: string; deriver: StorePathHash }[] = [];
  for await (const { key } of bucket.list(LOGS, { signal })) {
    const log = cacheObject(`/${key}`);
    if (log?.kind === 'log') logs.push({ key, deriver: log.path.hash });
  }
  const unavailable = await hashesBelow(state, UNAVAILABLE, hashOfUnavailableKey, signal);
  const overtime = await hashesBelow(state, OVERTIME, (key) => hashIn(key, OVERTIME, '.json'), signal);
  for (const hash of [...unavailable, ...overtime]) graph.idOf(hash); // so that it is known whether somebody waits for them
  return { graph, unreadable: read.unreadable, listings, nars, logs, unavailable, overtime };
}

function hashIn(key: string, prefix: string, suffix: string): StorePathHash | undefined {
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return undefined;
  return readable(parseStorePathHash, key.slice(prefix.length, -suffix.length));
}

async function hashesBelow(
  bucket: Pick<Bucket, 'list'>,
  prefix: string,
  hashOf: (key: string) => StorePathHash | undefined,
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> {
  const hashes: StorePathHash[] = [];
  for await (const { key } of bucket.list(prefix, { signal })) {
    const hash = hashOf(key);
    if (hash) hashes.push(hash);
  }
  return hashes;
}
