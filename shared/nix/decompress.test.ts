import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import lzma from 'lzma-native';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { decompressor, isSupportedCompression } from './decompress.ts';
import { listNar } from './nar-listing.ts';
import { parseNarInfo } from './narinfo.ts';
import { sha256Of } from './sha256.ts';

const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(9_000));
// printf 'hello, bzip2\n' | bzip2: nothing at hand writes it.
const BZIP2 = Buffer.from('QlpoOTFBWSZTWbEj3kMAAANZgAAQQAQQABJkwBAgADEDQNAgAaaRA6tsgoT4u5IpwoSFiR7yGA==', 'base64');
const xz = (bytes: Buffer): Promise<Buffer> => new Promise((done) => lzma.compress(bytes, { preset: 1 }, done));

/** Writes chunks of so many bytes, reads all that comes. */
async function unpacked(compression: string, file: Uint8Array, chunkBytes = 64 * 1024): Promise<Buffer> {
  const stream = decompressor(compression);
  const writing = (async () => {
    for (let at = 0; at < file.length && !stream.destroyed; at += chunkBytes) {
      if (!stream.write(file.subarray(at, at + chunkBytes))) {
        await new Promise((next) => stream.once('drain', next).once('close', next));
      }
    }
    stream.end();
  })();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  await writing;
  return Buffer.concat(chunks);
}

describe('decompressor', () => {
  const files = new Map<string, { file: Buffer; contents: Buffer }>();
  beforeAll(async () => {
    files.set('xz', { file: await xz(TEXT), contents: TEXT });
    files.set('zstd', { file: zstdCompressSync(TEXT), contents: TEXT });
    files.set('gzip', { file: gzipSync(TEXT), contents: TEXT });
    files.set('br', { file: brotliCompressSync(TEXT), contents: TEXT });
    files.set('bzip2', { file: BZIP2, contents: Buffer.from('hello, bzip2\n') });
    files.set('none', { file: TEXT, contents: TEXT });
  });
  const sample = (compression: string) =>
    files.get(compression) ?? { file: Buffer.alloc(0), contents: Buffer.alloc(0) };
  const COMPRESSED = ['xz', 'zstd', 'gzip', 'br', 'bzip2'];

  it.each([...COMPRESSED, 'none'])('reads %s, in one chunk and in small ones', async (compression) => {
    const { file, contents } = sample(compression);
    expect(isSupportedCompression(compression)).toBe(true);
    expect((await unpacked(compression, file)).equals(contents)).toBe(true);
    expect((await unpacked(compression, file, compression === 'none' ? 5_000 : 3)).equals(contents)).toBe(true);
  });

  it.each(['xz', 'zstd', 'gzip', 'bzip2'])('reads several %s streams one after the other', async (compression) => {
    const { file, contents } = sample(compression);
    const thrice = Buffer.concat([contents, contents, contents]);
    const three = Buffer.concat([file, file, file]);
    expect((await unpacked(compression, three)).equals(thrice)).toBe(true);
    expect((await unpacked(compression, three, 7)).equals(thrice)).toBe(true);
  });

  it('reads xz with padding between its streams', async () => {
    const { file, contents } = sample('xz');
    const padded = Buffer.concat([file, Buffer.alloc(8), file, Buffer.alloc(4)]);
    expect((await unpacked('xz', padded)).equals(Buffer.concat([contents, contents]))).toBe(true);
  });

  it.each(COMPRESSED)('refuses %s that is cut off anywhere', async (compression) => {
    const { file } = sample(compression);
    for (const length of [0, 1, 3, 5, file.length >> 1, file.length - 1]) {
      await expect(unpacked(compression, file.subarray(0, length))).rejects.toThrow();
    }
  });

  it.each(['xz', 'zstd', 'gzip', 'bzip2'])('refuses %s whose second stream is cut off', async (compression) => {
    const { file } = sample(compression);
    await expect(unpacked(compression, Buffer.concat([file, file.subarray(0, -1)]))).rejects.toThrow();
  });

  it.each(COMPRESSED)('refuses %s that something else follows', async (compression) => {
    const { file } = sample(compression);
    await expect(unpacked(compression, Buffer.concat([file, Buffer.from('and so on')]))).rejects.toThrow();
    await expect(unpacked(compression, Buffer.concat([file, Buffer.from('and so on')]), 1)).rejects.toThrow();
  });

  it.each(['xz', 'gzip', 'bzip2'])('refuses %s with a bit that is wrong', async (compression) => {
    const wrong = Buffer.from(sample(compression).file);
    const at = wrong.length >> 1;
    wrong.writeUInt8(wrong.readUInt8(at) ^ 0x10, at);
    await expect(unpacked(compression, wrong)).rejects.toThrow();
  });

  it.each(COMPRESSED)('refuses as %s what is another thing', async (compression) => {
    await expect(unpacked(compression, Buffer.from('<html>404 Not Found</html>'.repeat(50)))).rejects.toThrow();
  });

  it('refuses what it does not know', () => {
    expect(isSupportedCompression('lzip')).toBe(false);
    expect(isSupportedCompression('constructor')).toBe(false);
    expect(() => decompressor('lzip')).toThrow(Malformed);
  });

  // Of bzip2 see bzip2.test.ts.
  it.each([
    [
      'xz',
      async (bytes: Buffer) =>
        Buffer.concat(new Array<Buffer>(8).fill(await xz(bytes.subarray((bytes.length / 8) * 7)))),
    ],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
    ['gzip', (bytes: Buffer) => gzipSync(bytes, { level: 1 })],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('reads %s no faster than it is read from', async (compression, compress) => {
    const most = 60 * 1024 * 1024;
    const stream = decompressor(compression);
    stream.end(await compress(Buffer.alloc(2 * most)));
    await new Promise((ready) => stream.once('readable', ready));
    await delay(100);
    expect(stream.readableLength).toBeLessThan(most);
    stream.destroy();
  });

  it.each(COMPRESSED)('given up in the middle of %s, ends in silence', async (compression) => {
    for (const bytes of [0, 10, 60]) {
      const stream = decompressor(compression);
      const closed = new Promise((done) => stream.once('close', done));
      stream.write(sample(compression).file.subarray(0, bytes));
      stream.destroy();
      await closed;
      expect(stream.destroyed).toBe(true);
    }
    await delay(20); // an error that nobody hears would end this process
  });

  it.each(COMPRESSED)('tells its reader of an error in %s that came before it read', async (compression) => {
    const stream = decompressor(compression);
    stream.end('garbage garbage garbage garbage');
    await new Promise((closed) => stream.once('close', closed));
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow();
  });
});

describeWithReference('real NAR files', (reference) => {
  const dir = join(reference, 'data/nar-e2e');
  const index = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as { narinfo: string; nar: string }[];

  it('are all here', () => {
    expect(index).toHaveLength(11);
  });

  it.each(index.map(({ narinfo, nar }) => [narinfo, nar] as const))(
    '%s is what its narinfo says',
    async (narinfo, nar) => {
      const narInfo = parseNarInfo(readFileSync(join(dir, narinfo)));
      const file = readFileSync(join(dir, nar));
      const archive = await unpacked(narInfo.compression, file);
      const sha256 = (bytes: Buffer) => sha256Of(createHash('sha256').update(bytes).digest());
      expect(sha256(archive)).toBe(narInfo.narHash);
      expect(archive).toHaveLength(narInfo.narSize);
      expect(narInfo.fileHash ?? sha256(file)).toBe(sha256(file));
      expect(narInfo.fileSize ?? file.length).toBe(file.length);
      expect(
        (
          await listNar(
            (async function* () {
              yield archive;
            })(),
          )
        ).version,
      ).toBe(1);
    },
  );
});
