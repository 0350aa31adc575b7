import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { zstdFrameCutter } from './zstd-frames.ts';

const frame = (contents: Uint8Array, checksum: boolean): Buffer =>
  zstdCompressSync(contents, { params: { [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0 } });

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(400_000).map((size) => Buffer.alloc(size, 'abc')), // several blocks, runs among them
  fc.nat(70_000).map((size) => Buffer.from(Array.from({ length: size }, (_, at) => (at * at * 31) >> 3))),
);
const frames = fc.array(
  fc.oneof(
    fc.tuple(contents, fc.boolean()).map(([bytes, sum]) => frame(bytes, sum)),
    fc.nat(50).map(skippable),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);

function skippable(size: number): Buffer {
  const bytes = Buffer.alloc(8 + size, 0xfd);
  bytes.writeUInt32LE(0x184d2a50 + (size % 16));
  bytes.writeUInt32LE(size, 4);
  return bytes;
}

describe('zstdFrameCutter', () => {
  it('cuts at the end of every frame, however they come', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(2_000)), (all, cuts) => {
        const file = Buffer.concat(all);
        const ends = new Set(all.map((_, at) => Buffer.concat(all.slice(0, at + 1)).length));
        const cut = zstdFrameCutter();
        let [at, chunkStart] = [0, 0];
        for (const chunkEnd of [...cuts.filter((one) => one < file.length).sort((a, b) => a - b), file.length]) {
          for (const piece of cut(file.subarray(chunkStart, chunkEnd))) {
            at += piece.length;
            expect(piece.length).toBeGreaterThan(0);
            expect(at === chunkEnd || ends.has(at)).toBe(true);
            ends.delete(at);
          }
          expect(at).toBe(chunkEnd);
          chunkStart = chunkEnd;
        }
        expect(ends.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('changes nothing in what is not zstd', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        const cut = zstdFrameCutter();
        const given = chunks.map((chunk) => Buffer.from(chunk));
        expect(Buffer.concat(given.flatMap(cut)).equals(Buffer.concat(given))).toBe(true);
      }),
    );
  });

  it('is needed: Node reads one frame of a chunk and says nothing of the rest', () => {
    const two = Buffer.concat([frame(Buffer.from('one'), false), frame(Buffer.from('two'), false)]);
    expect(zstdDecompressSync(two).toString()).toBe('one'); // when this fails, the cutter can go
  });
});
