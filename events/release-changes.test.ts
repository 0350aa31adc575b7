import fc from 'fast-check';
import { Malformed } from '../shared/errors.ts';
import { encodeNix32 } from '../shared/nix/nix32.ts';
import { parseReleasePrefix } from '../shared/nix/release.ts';
import { sha256Of } from '../shared/nix/sha256.ts';
import { parseStorePathBaseName } from '../shared/nix/store-path.ts';
import { createLinePacker, packLines } from './packed-lines.ts';
import {
  type AddedPath,
  type Change,
  type ChangesHead,
  formatAdded,
  formatChangesEnd,
  formatChangesHead,
  formatRemoved,
  type RemovedPath,
  readChanges,
} from './release-changes.ts';

const path = fc
  .tuple(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,20}$/))
  .map(([hash, name]) => parseStorePathBaseName(`${encodeNix32(hash)}-${name}`));
const sha256 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Of);
const added: fc.Arbitrary<AddedPath> = fc.record(
  {
    kind: fc.constant('added' as const),
    path,
    nar: fc.stringMatching(/^nar\/[0-9a-z]{5,52}\.nar(\.xz)?$/),
    narHash: sha256,
    narSize: fc.nat(),
    fileSize: fc.nat(),
    fileHash: sha256,
    listed: fc.boolean(),
  },
  { requiredKeys: ['kind', 'path', 'nar', 'narHash', 'narSize', 'listed'] },
);
const removed: fc.Arbitrary<RemovedPath> = fc.record({ kind: fc.constant('removed' as const), path });
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbb');
const against = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const head = fc.record(
  { release: fc.constant(release), revision: fc.constant('f'.repeat(40)), against: fc.constant(against) },
  { requiredKeys: ['release', 'revision'] },
);

function linesOf(first: ChangesHead, changes: readonly Change[]): string[] {
  const count = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).length;
  const end = { added: count('added'), removed: count('removed'), fileBytes: 1, narBytes: 2 };
  return [
    formatChangesHead(first),
    ...changes.map((one) => (one.kind === 'added' ? formatAdded(one) : formatRemoved(one.path))),
    formatChangesEnd(end),
  ];
}

const read = (lines: Iterable<string>) => Array.fromAsync(readChanges(packLines(lines)));

describe('release-changes', () => {
  it('is read as it was written, at once or little by little', () =>
    fc.assert(
      fc.asyncProperty(head, fc.array(fc.oneof(added, removed)), async (first, changes) => {
        const lines = linesOf(first, changes);
        expect(await read(lines)).toEqual([first, ...changes]);
        const packer = createLinePacker();
        for (const line of lines) await packer.add([line]);
        const bytes = await packer.end();
        expect(
          await Array.fromAsync(
            readChanges(
              (async function* () {
                yield bytes;
              })(),
            ),
          ),
        ).toEqual([first, ...changes]);
      }),
      { numRuns: 50 },
    ));

  it('is known not to be whole without any one of its lines but the first, or cut at any byte', async () => {
    const [some = [], [first = { release, revision: '' }] = []] = [
      fc.sample(fc.oneof(added, removed), 5),
      fc.sample(head, 1),
    ];
    const lines = linesOf(first, some);
    for (let at = 1; at < lines.length; at += 1)
      await expect(read(lines.toSpliced(at, 1))).rejects.toMatchObject({ code: 'MALFORMED', facts: { field: 'end' } });
    await expect(read([...lines, lines.at(-1) ?? ''])).rejects.toMatchObject({ code: 'MALFORMED' });
    const bytes = Buffer.concat(await Array.fromAsync(packLines(lines)));
    for (const length of [0, 1, 10, bytes.length - 1]) {
      const cut = (async function* () {
        yield bytes.subarray(0, length);
      })();
      await expect(Array.fromAsync(readChanges(cut))).rejects.toMatchObject({ code: 'MALFORMED' });
    }
  });

  it('refuses garbage, and nothing but Malformed comes of it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json())), async (garbage) => {
        await expect(read(garbage)).rejects.toBeInstanceOf(Malformed);
      }),
      { numRuns: 50 },
    ));
});
