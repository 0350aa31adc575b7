import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import lzma from 'lzma-native';
import { WINDOW_HEAD_BYTES, xzWindow, zstdWindow } from './windows.ts';

const MIB = 2 ** 20;
const TEXT = Buffer.from('text '.repeat(1_000));
const headOf = (file: Buffer): Buffer => file.subarray(0, WINDOW_HEAD_BYTES);

it.each<[lzma.Preset, number]>([
  [1, 1],
  [6, 8],
  [7, 16],
  [9, 64],
])('xz -%i has a window of %d MiB', async (preset, mib) => {
  const file = await new Promise<Buffer>((done) => lzma.compress(TEXT, { preset }, done));
  expect(xzWindow(headOf(file))).toBe(mib * MIB);
});

it.each([10, 21, 23, 27])('zstd says its window of 2^%i bytes', async (log) => {
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: log } });
  zstd.write(TEXT);
  zstd.end();
  expect(zstdWindow(headOf(await buffer(zstd)))).toBe(2 ** log);
});

it.each([100, 255, 256, 1_000, 65_000, 70_000])('zstd in one segment of %i bytes refers to all of it', (bytes) => {
  expect(zstdWindow(headOf(zstdCompressSync(Buffer.alloc(bytes, 'abcdefgh'))))).toBe(bytes);
});

it('makes a number of whatever the first bytes are', () => {
  const xz = Buffer.from('fd377a585a000004e6d6b446', 'hex');
  const zstd = Buffer.from('28b52ffd', 'hex');
  const anything = fc.uint8Array({ maxLength: WINDOW_HEAD_BYTES });
  fc.assert(
    fc.property(fc.constantFrom(xz, zstd, Buffer.alloc(0)), anything, (magic, rest) => {
      const head = Buffer.concat([magic, rest]);
      for (const window of [xzWindow(head), zstdWindow(head)]) expect(window).toBeGreaterThanOrEqual(0);
    }),
  );
});
