/**
 * Takes away what a withdrawal is about, as far as there is time: what is staged and names a NAR that goes, names, referrers before
 * references, and then the NARs. Those of names that are still here stay.
 */
import { stagedKey } from '../../../events/staged.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { CollectRefused } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { NameGraph } from '../name-graph.ts';
import type { Slice } from '../slice.ts';
import type { Doomed } from './doomed-names.ts';
import { type HideDeps, hideName, hideNames } from './hide-names.ts';

export interface TakeAwayDeps extends HideDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
}

export async function takeAway(doomed: Doomed, graph: NameGraph, deps: TakeAwayDeps, slice: Slice): Promise<void> {
  if (!slice.mayBegin()) return;
  await slice.change();
  await forgetStaged(doomed, graph, slice);
  await hideNames(doomed, graph, deps, slice);
  if (slice.cut) return;
  requireHidden(doomed, graph);
  await hideUnreadable(doomed, graph, deps.bucket, slice);
  await deleteNars(doomed, deps.bucket, slice);
}

/** What is not named yet and names a NAR that goes. */
async function forgetStaged({ anew }: Doomed, graph: NameGraph, slice: Slice): Promise<void> {
  for (const [id, { nar }] of anew) {
    const held = graph.at(id);
    if (held?.staged && nar && held.nars.includes(graph.narIdOf(nar.key)))
      await slice.delete('state', stagedKey(graph.hashOf(id)));
  }
}

function requireHidden({ names }: Doomed, graph: NameGraph): void {
  const left = [...names.keys()].find((id) => graph.at(id)?.visible);
  if (left === undefined) return;
  const hash = graph.hashOf(left);
  throw new CollectRefused(`${hash} can't be withdrawn: names refer to each other in a circle`, { hash });
}

/** A name that can't be read is in no graph; what referred to it has gone. */
async function hideUnreadable(
  { anew, names }: Doomed,
  graph: NameGraph,
  bucket: Pick<Bucket, 'head'>,
  slice: Slice,
): Promise<void> {
  for (const id of anew.keys()) {
    const key = narInfoKey(graph.hashOf(id));
    if (!names.has(id) && (await bucket.head(key, slice.signal))) await hideName(key, slice);
  }
}

/** Only the very object that was found: what came in its place since then is another matter. */
async function deleteNars({ anew }: Doomed, bucket: Pick<Bucket, 'head'>, slice: Slice): Promise<void> {
  for (const { nar } of anew.values()) {
    if (nar?.etag === undefined) continue; // there was none: whatever is there now came since
    const head = await bucket.head(nar.key, slice.signal);
    if (head?.etag !== nar.etag) continue;
    await slice.delete('bucket', nar.key);
    slice.deleted.nars += 1;
  }
}
