/** The list of what a withdrawal takes away, which publish reads (events/names-going.ts). */
import { formatNamesGoing, NAMES_GOING_KEY, readNamesGoing } from '../../../events/names-going.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { NameGraph } from '../name-graph.ts';
import type { Slice } from '../slice.ts';
import type { Doomed } from './doomed-names.ts';

/** What an earlier run has begun to take away, and has not ended. */
export async function goingBefore(
  state: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<ReadonlySet<StorePathHash>> {
  const list = await state.get(NAMES_GOING_KEY, { signal });
  return list ? readNamesGoing(list.body) : new Set();
}

/** What goes and was not going before. */
export const newlyGoing = ({ names }: Doomed, graph: NameGraph, before: ReadonlySet<StorePathHash>): StorePathHash[] =>
  Array.from(names.keys(), graph.hashOf).filter((hash) => !before.has(hash));

/** Before the first of them goes. */
export async function noteGoing(
  { names }: Doomed,
  graph: NameGraph,
  state: Pick<Bucket, 'put'>,
  slice: Slice,
): Promise<void> {
  const list = formatNamesGoing(Array.from(names.keys(), graph.hashOf));
  await state.put(NAMES_GOING_KEY, list, { signal: await slice.change() });
}
