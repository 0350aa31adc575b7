import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { decompressor } from './decompress.ts';
import { narWords } from './nar-format.ts';
import { formatListing, type ListingNode, listNar, parseListing } from './nar-listing.ts';
import { type NarNode, writeNar } from './nar-writer.ts';
import { parseNarInfo } from './narinfo.ts';

async function* stream(bytes: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
}
const list = (node: NarNode) => listNar(stream(writeNar(node)));
const directory = (entries: Readonly<Record<string, NarNode>>): NarNode => ({
  type: 'directory',
  entries: new Map(Object.entries(entries)),
});

describe('a listing', () => {
  it('has the fields and the order that upstream’s have', async () => {
    const tree = directory({
      bin: directory({ hello: { type: 'regular', contents: '#!/bin/sh\n', executable: true } }),
      doc: { type: 'regular', contents: '' },
      share: { type: 'symlink', target: '../share' },
    });
    expect(formatListing(await list(tree))).toBe(
      '{"root":{"entries":{"bin":{"entries":{"hello":{"executable":true,"narOffset":400,"size":10,"type":"regular"}},' +
        '"type":"directory"},"doc":{"narOffset":632,"size":0,"type":"regular"},' +
        '"share":{"target":"../share","type":"symlink"}},"type":"directory"},"version":1}',
    );
  });

  it('may be of a file alone', async () => {
    const listing = await list({ type: 'regular', contents: 'x' });
    expect(formatListing(listing)).toBe('{"root":{"narOffset":96,"size":1,"type":"regular"},"version":1}');
  });

  it('points at the contents', async () => {
    const tree = directory({ a: { type: 'regular', contents: 'one' }, b: { type: 'regular', contents: 'two' } });
    const nar = Buffer.concat([...writeNar(tree)]);
    const { root } = await list(tree);
    const found = Array.from(root.type === 'directory' ? root.entries : [], ([name, file]) =>
      file.type === 'regular' ? [name, nar.toString('utf8', file.narOffset, file.narOffset + file.size)] : [],
    );
    expect(found).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
  });

  it('keeps the order of names, numbers among them, and names that mean something to JavaScript', async () => {
    const file: NarNode = { type: 'regular', contents: '' };
    const names = ['1', '10', '9', '__proto__', 'constructor'];
    const tree: NarNode = { type: 'directory', entries: new Map(names.map((name) => [name, file])) };
    const text = formatListing(await list(tree));
    expect(Array.from(text.matchAll(/"([^"]+)":\{"narOffset"/g), ([, name]) => name)).toEqual(names);
  });

  it('is read as it is written', async () => {
    const tree = directory({
      bin: directory({ hello: { type: 'regular', contents: '#!/bin/sh\n', executable: true } }),
      doc: { type: 'directory', entries: new Map([['constructor', { type: 'regular', contents: '' }]]) },
      share: { type: 'symlink', target: '../share' },
    });
    const listing = await list(tree);
    expect(parseListing(formatListing(listing))).toEqual(listing);
  });

  it.each([
    '',
    'null',
    '{"version":2,"root":{"type":"symlink","target":"x"}}',
    '{"version":1,"root":null}',
    '{"version":1,"root":{"type":"directory"}}',
    '{"version":1,"root":{"type":"directory","entries":{"a":{"type":"regular","size":"1","narOffset":1}}}}',
    `{"version":1,"root":${'{"type":"directory","entries":{"a":'.repeat(50_000)}0${'}}'.repeat(50_000)}}`,
  ])('that is none is refused: %.60s', (text) => {
    expect(() => parseListing(text)).toThrow(Malformed);
  });

  it('is not made of what is cut off', async () => {
    await expect(listNar(stream([narWords('nix-archive-1', '(')]))).rejects.toThrow(Malformed);
  });
});

/** As an object, so that the order of fields does not matter: Nix 2.8 and later ones differ in it. */
function plain(node: ListingNode): unknown {
  if (node.type === 'regular') {
    const { executable, ...file } = node;
    return executable ? node : file;
  }
  if (node.type === 'symlink') return node;
  return {
    type: node.type,
    entries: Object.fromEntries(Array.from(node.entries, ([name, entry]) => [name, plain(entry)])),
  };
}

describeWithReference('real listings', (reference) => {
  const cache = join(reference, 'upstream/small/cache');

  it('made by Nix are those of their NARs, all 186', async () => {
    const names = readdirSync(cache).filter((name) => name.endsWith('.ls'));
    expect(names).toHaveLength(186);
    for (const name of names) {
      const narInfo = parseNarInfo(readFileSync(join(cache, name.replace('.ls', '.narinfo'))));
      const nar = pipeline(
        createReadStream(join(cache, narInfo.url)),
        decompressor(narInfo.compression),
        () => undefined,
      );
      const listing = await listNar(nar);
      const theirs: unknown = JSON.parse(readFileSync(join(cache, name), 'utf8'));
      expect({ version: 1, root: plain(listing.root) }).toEqual(theirs);
      expect(JSON.parse(formatListing(listing))).toEqual(theirs);
    }
  });

  it('made by upstream are written as we write them', () => {
    const fixture = 'data/nar-fixtures/cachix+snix/snix__nix-compat__src__nar__tests__nixos-release.ls';
    const text = readFileSync(join(reference, fixture), 'utf8').trimEnd();
    const parse = (node: { type: string; entries?: Record<string, never> }): ListingNode =>
      (node.entries
        ? { ...node, entries: new Map(Object.entries(node.entries).map(([k, v]) => [k, parse(v)])) }
        : node) as ListingNode;
    const { root } = JSON.parse(text) as { root: never };
    expect(formatListing({ version: 1, root: parse(root) })).toBe(text);
  });
});
