/**
 * Takes names away, referrers before references. What only waits for another keeps its narinfo, staged: it was verified and its NAR is
 * here, so nothing of it has to be brought again.
 */
import { stagedKey } from '../../../events/staged.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type DeletionOrder, deletionOrder } from '../deletion-order.ts';
import type { NameGraph, PathId } from '../name-graph.ts';
import type { Slice } from '../slice.ts';
import { workThrough } from '../verify/work-through.ts';
import type { Doomed } from './doomed-names.ts';

export interface HideDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly state: Pick<Bucket, 'put'>;
}

const AT_ONCE = 32;

export async function hideNames(
  { anew, names }: Doomed,
  graph: NameGraph,
  deps: HideDeps,
  slice: Slice,
): Promise<void> {
  const order = deletionOrder(graph, new Set(names.keys()));
  await workThrough(ready(order), AT_ONCE, async (id) => {
    slice.signal.throwIfAborted();
    if (!slice.mayBegin()) return []; // the next run goes on
    if (!anew.has(id)) await stageAgain(id, graph, deps, slice);
    await hideName(narInfoKey(graph.hashOf(id)), slice);
    order.gone(id);
    graph.hide(id);
    return ready(order); // what referred to nothing else
  });
}

async function stageAgain(id: PathId, graph: NameGraph, { bucket, state }: HideDeps, slice: Slice): Promise<void> {
  const hash = graph.hashOf(id);
  const stored = await bucket.get(narInfoKey(hash), { signal: slice.signal });
  if (!stored) return;
  const original = await bytesOf(stored.body);
  await state.put(stagedKey(hash), original, { size: original.length, signal: await slice.change() });
}

function* ready(order: DeletionOrder): Generator<PathId, undefined> {
  for (let id = order.next(); id !== undefined; id = order.next()) yield id;
  return undefined;
}

/** Publish has to learn anew what is here. */
export async function hideName(key: string, slice: Slice): Promise<void> {
  await slice.change();
  await slice.delete('bucket', key);
  slice.deleted.names += 1;
}
