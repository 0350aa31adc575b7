/** Deletes names, referrers before references: each is known to be gone before anything that it referred to goes. */
import type { ObjectHead } from '../../shared/bucket/bucket.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { deletionOrder } from './deletion-order.ts';
import type { NameGraph, PathId } from './name-graph.ts';
import type { Slice } from './slice.ts';

const DELETIONS_AT_ONCE = 32;

/** @param doomed names that may go. */
export async function deleteNames(doomed: ReadonlySet<PathId>, graph: NameGraph, slice: Slice): Promise<void> {
  const order = deletionOrder(graph, doomed);
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const begin = (id: PathId): void => {
    const deleting = deleteName(id, graph, slice)
      .then((deleted) => {
        if (!deleted) return;
        order.gone(id);
        graph.hide(id);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(deleting));
    underWay.add(deleting);
  };

  for (;;) {
    while (!failure && !slice.cut && underWay.size < DELETIONS_AT_ONCE) {
      const id = order.next();
      if (id === undefined || !slice.mayBegin()) break;
      begin(id);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay); // one that ends may have made others ready
  }
  if (failure) throw failure.error;
}

/** Only the one that the plan is about: another under the same name may refer to others. */
async function deleteName(id: PathId, graph: NameGraph, slice: Slice): Promise<boolean> {
  await slice.change();
  const isIt = ({ etag }: ObjectHead): boolean => etag === graph.at(id)?.facts.etag;
  const gone = await slice.takeAway('bucket', narInfoKey(graph.hashOf(id)), isIt);
  if (gone !== undefined && gone !== 'gone') slice.deleted.names += 1;
  return gone !== undefined;
}
