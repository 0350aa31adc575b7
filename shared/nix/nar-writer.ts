/** Writes a NAR from a tree in memory: for tests, and for upstreams of our own. What it refuses, the reader would refuse. */
import { Malformed } from '../errors.ts';
import { flawOfName, flawOfTarget, narNumber, narString, narWords, paddingAfter, ZEROS } from './nar-format.ts';

export type NarNode =
  | { readonly type: 'regular'; readonly contents: Uint8Array | string; readonly executable?: boolean }
  | { readonly type: 'symlink'; readonly target: string }
  /** Entries by name, in any order. */
  | { readonly type: 'directory'; readonly entries: ReadonlyMap<string, NarNode> };

/** @throws {Malformed} on a name or a target that no NAR may hold. */
export function* writeNar(root: NarNode): Generator<Uint8Array, undefined> {
  yield MAGIC;
  yield* nodeBytes(root);
  return undefined;
}

const MAGIC = narWords('nix-archive-1');
const REGULAR = narWords('(', 'type', 'regular');
const EXECUTABLE = narWords('executable', '');
const CONTENTS = narWords('contents');
const SYMLINK = narWords('(', 'type', 'symlink', 'target');
const DIRECTORY = narWords('(', 'type', 'directory');
const ENTRY = narWords('entry', '(', 'name');
const NODE = narWords('node');
const CLOSE = narWords(')');

function* nodeBytes(node: NarNode): Generator<Uint8Array, undefined> {
  if (node.type === 'regular') {
    const contents = Buffer.from(node.contents);
    yield REGULAR;
    if (node.executable) yield EXECUTABLE;
    yield CONTENTS;
    yield narNumber(contents.length);
    if (contents.length > 0) yield contents;
    yield ZEROS.subarray(0, paddingAfter(contents.length));
  } else if (node.type === 'symlink') {
    const target = Buffer.from(node.target);
    refuse(flawOfTarget(target));
    yield SYMLINK;
    yield narString(target);
  } else {
    yield DIRECTORY;
    yield* entriesBytes(node.entries);
  }
  yield CLOSE;
  return undefined;
}

/** Sorted by the bytes of their names, which is not how JavaScript compares strings. */
function* entriesBytes(entries: ReadonlyMap<string, NarNode>): Generator<Uint8Array, undefined> {
  const named = Array.from(entries, ([name, node]) => ({ name: Buffer.from(name), node }));
  for (const { name, node } of named.sort((a, b) => a.name.compare(b.name))) {
    refuse(flawOfName(name));
    yield ENTRY;
    yield narString(name);
    yield NODE;
    yield* nodeBytes(node);
    yield CLOSE;
  }
  return undefined;
}

function refuse(flaw: string | undefined): void {
  if (flaw) throw new Malformed(`can't be in a NAR: ${flaw}`, { field: 'nar' });
}
