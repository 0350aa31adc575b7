/** Reads all names and all that is staged, and, under the lease, what has changed since then: from there on it stays so. */
import { hashOfStagedKey, STAGED } from '../../../events/staged.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { CensusDeps } from '../census.ts';
import { createNameGraph, type NameGraph } from '../name-graph.ts';
import { listNames, readName, readNames, readStaged } from '../read-names.ts';

const READS_AT_ONCE = 64;

/** @returns undefined when it was late: what was read is kept for the next run. */
export async function lookAtNames(
  deps: CensusDeps,
  isLate: () => boolean,
  signal: AbortSignal,
): Promise<NameGraph | undefined> {
  const graph = createNameGraph();
  const { names } = await listNames(deps.bucket, { etags: true }, signal);
  if (!(await readNames(names, graph, deps, { isLate, keep: true }, signal))) return undefined;
  await lookAtStaged(graph, deps.state, signal);
  return graph;
}

/** @returns names that can't be read: nobody knows what they refer to. */
export async function lookAgain(
  graph: NameGraph,
  { bucket, state }: { readonly bucket: Pick<Bucket, 'list' | 'get'>; readonly state: Pick<Bucket, 'list' | 'get'> },
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> {
  const { names } = await listNames(bucket, { etags: false }, signal);
  for (const [id, { visible }] of [...graph.held]) if (visible && !names.has(graph.hashOf(id))) graph.hide(id);
  const isNew = (hash: StorePathHash): boolean => !graph.at(graph.idOf(hash))?.visible;
  const unreadable: StorePathHash[] = [];
  await inParallel([...names.keys()].filter(isNew), READS_AT_ONCE, async (hash) => {
    const facts = await readName(hash, bucket, signal);
    if (facts === 'unreadable') unreadable.push(hash);
    else if (facts) graph.add(facts, 'visible');
  });
  await lookAtStaged(graph, state, signal);
  return unreadable;
}

async function lookAtStaged(graph: NameGraph, state: Pick<Bucket, 'list' | 'get'>, signal: AbortSignal): Promise<void> {
  const staged: StorePathHash[] = [];
  for await (const { key } of state.list(STAGED, { signal })) {
    const hash = hashOfStagedKey(key);
    if (hash && !graph.at(graph.idOf(hash))?.staged) staged.push(hash);
  }
  await readStaged(staged, graph, state, signal);
}
