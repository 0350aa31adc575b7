import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { bodyOf } from './request-body.ts';

const body = Buffer.from('{"a":1}\n'.repeat(10_000));
const read = (bytes: Buffer, encoding?: string, most = 1_000_000) => {
  const request = Object.assign(Readable.from([bytes]), { headers: encoding ? { 'content-encoding': encoding } : {} });
  return buffer(bodyOf(request, most));
};

describe('bodyOf', () => {
  it.each([
    [undefined, (plain: Buffer) => plain],
    ['identity', (plain: Buffer) => plain],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('unpacks %s', async (encoding, pack) => {
    await expect(read(pack(body), encoding)).resolves.toEqual(body);
    await expect(read(pack(body), encoding, body.length)).resolves.toEqual(body);
    await expect(read(pack(body), encoding, body.length - 1)).rejects.toThrow(/TOO_LARGE/);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('refuses what is not %s', async (encoding) => {
    await expect(read(body, encoding)).rejects.toThrow(/CANNOT_PARSE_TEXT/);
  });

  it('refuses what nobody can unpack', () => expect(read(body, 'lzw')).rejects.toThrow(/NOT_IMPLEMENTED/));
});
