import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Malformed } from '../errors.ts';
import { readSmallBody } from './small-body.ts';

const TEXT = Buffer.from('StorePath: /nix/store/…\n');

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}
const read = (bytes: Buffer, encoding?: string, most = 1_000) =>
  readSmallBody(
    { headers: encoding === undefined ? {} : { 'content-encoding': encoding }, body: inPieces(bytes) },
    most,
  );

it.each([
  ['nothing said', undefined, TEXT],
  ['identity', 'identity', TEXT],
  ['an empty header', '', TEXT],
  ['gzip', 'gzip', gzipSync(TEXT)],
  ['gzip, in capitals', ' GZIP', gzipSync(TEXT)],
  ['x-gzip', 'x-gzip', gzipSync(TEXT)],
  ['brotli', 'br', brotliCompressSync(TEXT)],
  ['zstd', 'zstd', zstdCompressSync(TEXT)],
])('reads %s', async (_case, encoding, bytes) => {
  expect(await read(bytes, encoding)).toEqual(TEXT);
});

it.each([
  ['an encoding we do not know', 'xz', TEXT, 'its Content-Encoding is "xz"'],
  ['several encodings', 'gzip, br', TEXT, 'its Content-Encoding is "gzip, br"'],
  ['a name every object has', 'constructor', TEXT, 'its Content-Encoding is "constructor"'],
  ['gzip that is none', 'gzip', TEXT, 'it is not the gzip it says it is'],
  ['gzip cut short', 'gzip', gzipSync(TEXT).subarray(0, -4), 'it is not the gzip it says it is'],
  ['brotli that is none', 'br', TEXT, 'it is not the br it says it is'],
  ['zstd cut short', 'zstd', zstdCompressSync(TEXT).subarray(0, -4), 'it is not the zstd it says it is'],
  ['too much', undefined, Buffer.alloc(1_001), 'it is longer than 1000 bytes'],
  ['a gzip bomb', 'gzip', gzipSync(Buffer.alloc(200_000)), 'it is longer than 1000 bytes'],
  ['a brotli bomb', 'br', brotliCompressSync(Buffer.alloc(1_001)), 'it is longer than 1000 bytes'],
  ['a zstd bomb', 'zstd', zstdCompressSync(Buffer.alloc(1_001)), 'it is longer than 1000 bytes'],
])('refuses %s', async (_case, encoding, bytes, message) => {
  const error = await read(bytes, encoding).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Malformed);
  expect(error).toMatchObject({ message });
});

it('takes as much as it may', async () => {
  expect(await read(Buffer.alloc(1_000))).toHaveLength(1_000);
  expect(await read(gzipSync(Buffer.alloc(1_000)), 'gzip')).toHaveLength(1_000);
});

it('stops reading at the first byte too many', async () => {
  let pulled = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      pulled += 1;
      yield Buffer.alloc(100);
    }
  }
  await expect(readSmallBody({ headers: {}, body: endless() }, 1_000)).rejects.toThrow('longer than 1000 bytes');
  expect(pulled).toBe(11);
});
