/**
 * The compressions that NAR files and logs come in, as streams: bytes in, bytes out. Input that is cut off is an error, and
 * so is input that goes on after its end. Files of several streams or frames are read to the last of them.
 */
import { type Duplex, PassThrough } from 'node:stream';
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import lzma from 'lzma-native';
import { Malformed } from '../errors.ts';
import { unbzip2 } from './bzip2.ts';
import { behind, type Foreign } from './foreign-stream.ts';
import { zstdFrameCutter } from './zstd-frames.ts';

/**
 * Fewer, larger pieces of output: zstd is half as fast again as with the default of 16 KiB, and none
 * of the others is slower.
 */
const CHUNK_BYTES = 256 * 1024;

/** `xz -9` needs 65 MiB to be read; a file that asks for more is not upstream's. */
const XZ_MOST_MEMORY = 192 * 1024 * 1024;
/** Each piece is worked off in one go, whatever comes of it: at most 7,000 times its size, zeros that is. */
const XZ_PIECE_BYTES = 8 * 1024;

const DECOMPRESSORS: ReadonlyMap<string, () => Duplex> = new Map([
  ['none', () => new PassThrough({ highWaterMark: CHUNK_BYTES })],
  ['xz', unxz],
  ['zstd', unzstd],
  ['bzip2', unbzip2],
  ['gzip', () => createGunzip({ chunkSize: CHUNK_BYTES })],
  ['br', () => createBrotliDecompress({ chunkSize: CHUNK_BYTES, rejectGarbageAfterEnd: true })],
]);

export const isSupportedCompression = (compression: string): boolean => DECOMPRESSORS.has(compression);

/**
 * @param compression the word in a narinfo's `Compression`: none, xz, zstd, bzip2, gzip or br.
 * @returns a stream that ends, or fails for whoever reads it; unread and given up, it fails in silence.
 * @throws {Malformed} on another word.
 */
export function decompressor(compression: string): Duplex {
  const open = DECOMPRESSORS.get(compression);
  if (!open)
    throw new Malformed(`not a compression that we read: ${compression.slice(0, 50)}`, { field: 'compression' });
  // Iterating over a stream and piping it with `pipeline` hear its error; the event, unheard, would end the process.
  return open().on('error', () => undefined);
}

function unxz(): Duplex {
  const options = {
    bufsize: CHUNK_BYTES,
    memlimit: XZ_MOST_MEMORY,
    // Read as many streams as there are, and the padding between them; lzma-native's own way of doing so can lose bytes.
    flags: (lzma as unknown as { readonly CONCATENATED: number }).CONCATENATED,
    writableHighWaterMark: 1, // one piece at a time
  };
  // The published types know neither the numeric flags nor what frees the memory before the garbage collector comes by.
  const xz = lzma.createStream('streamDecoder', options as object) as unknown as Foreign & {
    destroy(): void;
    cleanup(): void;
  };
  return behind(xz, {
    format: 'xz',
    pieces: (chunk) => slices(chunk, XZ_PIECE_BYTES),
    release: () => {
      xz.destroy();
      xz.cleanup();
    },
  });
}

function unzstd(): Duplex {
  const zstd = createZstdDecompress({ chunkSize: CHUNK_BYTES });
  return behind(zstd, { format: 'zstd', pieces: zstdFrameCutter(), release: () => zstd.destroy() });
}

function* slices(chunk: Buffer, size: number): Generator<Buffer, undefined> {
  for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  return undefined;
}
