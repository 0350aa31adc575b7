/** What is in the demo's store objects: trees such as packages have, with text that compresses about as real files do. */
import type { NarNode } from '../../shared/nix/nar-writer.ts';
import { formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { type Random, randomFrom } from './random.ts';

export interface ContentsOptions {
  readonly pname: string;
  readonly version: string;
  readonly output: string;
  /** Its own store path and those it refers to: they are in its files, as Nix found them there. */
  readonly mentions: readonly StorePath[];
  readonly random: Random;
}

type Tree = { readonly [name: string]: Tree | NarNode };

/** Half of the files are smaller than this, with a long tail above it. */
const MEDIAN_BYTES = 18_000;
const MOST_BYTES = 2_000_000;
const SIGMA = 1.5;

const POOL = prose(randomFrom('what the files of the demo say'), 512 * 1024);

export function packageTree(options: ContentsOptions): NarNode {
  const { pname, version, output, mentions, random } = options;
  const note = mentions.map((path) => `${formatStorePath(path)}\n`).join('');
  switch (output) {
    case 'dev':
      return directory({
        include: { [`${pname}.h`]: file(filler(random, 0.3)) },
        'nix-support': { 'propagated-build-inputs': file(note) },
      });
    case 'doc':
      return directory({ share: { doc: { [pname]: { 'index.html': file(filler(random, 1)), NEWS: file(version) } } } });
    case 'man':
      return directory({ share: { man: { man1: { [`${pname}.1`]: file(filler(random, 0.2)) } } } });
    case 'debug':
      return debugTree(random);
    default:
      return directory({
        bin: { [pname]: script(options, note), [`${pname}-${version}`]: { type: 'symlink', target: pname } },
        lib: {
          [`lib${pname}.so.1`]: file(Buffer.concat([ELF, filler(random, 1.5)]), true),
          [`lib${pname}.so`]: { type: 'symlink', target: `lib${pname}.so.1` },
        },
        share: { [pname]: { LICENSE: file(filler(random, 0.1)), README: file(`${pname} ${version}\n`) } },
      });
  }
}

/** Data that names no store path and not itself either: two packages may have the very same. */
export function dataTree(random: Random, times = 1): NarNode {
  const files = Object.fromEntries(
    Array.from({ length: 2 + random.below(6) }, (_, index) => [`part-${index}.dat`, file(filler(random, times))]),
  );
  return directory({ share: { data: files } });
}

/** As nixpkgs' separateDebugInfo lays it out: `lib/debug/.build-id/ab/cdef….debug`. */
function debugTree(random: Random): NarNode {
  const buildId = random.bytes(20).toString('hex');
  const symbols = { [`${buildId.slice(2)}.debug`]: file(Buffer.concat([ELF, filler(random, 3)])) };
  return directory({ lib: { debug: { '.build-id': { [buildId.slice(0, 2)]: symbols } } } });
}

/** Runs on any Linux, so that what Nix has fetched can be tried. */
function script({ pname, version }: ContentsOptions, note: string): NarNode {
  const comment = note.replace(/^(?=.)/gm, '# ');
  return file(`#!/bin/sh\n${comment}echo "${pname} ${version}: hello from the demo's upstream"\n`, true);
}

const ELF = Buffer.from('\x7fELF\x02\x01\x01', 'latin1');

const file = (contents: Uint8Array | string, executable = false): NarNode => ({
  type: 'regular',
  contents,
  executable,
});

function directory(tree: Tree): NarNode {
  const entries = Object.entries(tree).map(([name, node]): [string, NarNode] => [
    name,
    isNode(node) ? node : directory(node),
  ]);
  return { type: 'directory', entries: new Map(entries) };
}

const isNode = (node: Tree | NarNode): node is NarNode => typeof node.type === 'string';

/** Sentences out of the pool with bytes between them that nothing compresses. */
function filler(random: Random, times: number): Buffer {
  const size = Math.min(MOST_BYTES, Math.ceil(MEDIAN_BYTES * times * random.logNormal(SIGMA)));
  const out = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const length = 100 + random.below(1_500);
    const from = random.below(POOL.length - length);
    at += POOL.copy(out, at, from, from + length);
    at += random.bytes(100 + random.below(400)).copy(out, at);
  }
  return out;
}

function prose(random: Random, size: number): Buffer {
  const letters = 'eeeetttaaaooiinnsshhrrdlucmfwypvbgk';
  const word = (): string => Array.from({ length: 2 + random.below(8) }, () => random.pick([...letters])).join('');
  const vocabulary = Array.from({ length: 2_000 }, word);
  const text: string[] = [];
  for (let length = 0; length < size; length += (text.at(-1)?.length ?? 0) + 1) {
    text.push(vocabulary[Math.floor(random.fraction() ** 2 * vocabulary.length)] ?? '');
  }
  return Buffer.from(text.join(' '));
}
