/**
 * `debuginfo/<build-id>`: which NAR has the debug symbols of a program, and where in it (nix: binary-cache-store.cc,
 * `index-debug-info`). Made of the listing of a verified NAR.
 *     {"archive":"../nar/1b2c….nar.xz","member":"lib/debug/.build-id/ab/cdef….debug"}
 */
import { debugInfoKey } from './cache-object.ts';
import type { Listing, ListingNode } from './nar-listing.ts';

export interface DebugInfo {
  readonly key: string;
  readonly text: string;
}

const DIRECTORY = ['lib', 'debug', '.build-id'];
const HEX = /^[0-9a-f]{2}$/;
const REST = /^([0-9a-f]{10,126})\.debug$/;

/** @param narKey the NAR file's key, `nar/<file>`. */
export function debugInfoIn(listing: Listing, narKey: string): readonly DebugInfo[] {
  const found: DebugInfo[] = [];
  for (const [first, below] of entriesOf(nodeAt(listing.root, DIRECTORY))) {
    for (const [file, node] of HEX.test(first) ? entriesOf(below) : []) {
      const rest = node.type === 'regular' ? REST.exec(file)?.[1] : undefined;
      if (rest === undefined) continue;
      const member = [...DIRECTORY, first, file].join('/');
      found.push({ key: debugInfoKey(`${first}${rest}`), text: JSON.stringify({ archive: `../${narKey}`, member }) });
    }
  }
  return found;
}

const nodeAt = (root: ListingNode, path: readonly string[]): ListingNode | undefined =>
  path.reduce<ListingNode | undefined>((node, name) => new Map(entriesOf(node)).get(name), root);

const entriesOf = (node: ListingNode | undefined): Iterable<readonly [string, ListingNode]> =>
  node?.type === 'directory' ? node.entries : [];
