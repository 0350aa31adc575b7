/**
 * The compressions that NAR files and logs come in, as streams: bytes in, bytes out. Input that is cut off is an error, and
 * so is input that goes on after its end. Files of several streams or frames are read to the last of them.
 */
import { type Duplex, PassThrough } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import lzma from 'lzma-native';
import { Malformed } from '../errors.ts';
import { unbzip2 } from './bzip2.ts';
import { behind, type Foreign } from './foreign-stream.ts';
import { type Opening, openedLate } from './late-stream.ts';
import { type Room, roomOf } from './room.ts';
import { WINDOW_HEAD_BYTES, xzWindow, zstdWindow } from './windows.ts';
import { zstdFrameCutter } from './zstd-frames.ts';

/**
 * Pieces of output. With the default of 16 KiB zstd is half as slow again; with 256 KiB a little faster still, but what waits for the
 * garbage collector comes to 50 MB more.
 */
const CHUNK_BYTES = 64 * 1024;

const MIB = 2 ** 20;

/**
 * What the windows of all decompressors of a process take together. A file is read when there is room for its own: four large ones
 * as upstream writes them (`xz -6`, `zstd -19` and below: 8 MiB) at once, as many as there are threads to read them, any number of
 * small ones, and the widest that we read alone.
 */
const ROOM_BYTES = 32 * MIB;
const room = roomOf(ROOM_BYTES);
const USUAL_WINDOW = 8 * MIB;
/** That of `xz -9`; zstd's counterpart is `--ultra -21`. A file that asks for more is not upstream's. */
const WIDEST_WINDOW = 64 * MIB;
/** What liblzma takes besides the window. */
const XZ_OWN_BYTES = 2 * MIB;
/** Each piece is worked off in one go, whatever comes of it: at most 7,000 times its size, zeros that is. */
const XZ_PIECE_BYTES = 1024;
const BROTLI_WINDOW = 16 * MIB;
const BZIP2_BLOCK = 8 * MIB;

/** For a reader who leaves after so many bytes. */
type Open = (most: number, within: Room) => Duplex;
const DECOMPRESSORS: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['none', () => new PassThrough({ highWaterMark: CHUNK_BYTES })],
  ['xz', (most, within) => byWindow(most, within, xzWindow, unxz)],
  ['zstd', (most, within) => byWindow(most, within, zstdWindow, unzstd)],
  ['bzip2', (_most, within) => withRoomFor(BZIP2_BLOCK, within, unbzip2)],
  ['gzip', () => createGunzip({ chunkSize: CHUNK_BYTES })],
  ['br', (most, within) => withRoomFor(Math.min(most, BROTLI_WINDOW), within, unbrotli)],
]);

export const isSupportedCompression = (compression: string): boolean => DECOMPRESSORS.has(compression);

/**
 * @param compression the word in a narinfo's `Compression`: none, xz, zstd, bzip2, gzip or br.
 * @param most bytes of output after which its reader leaves: a small file needs no room for a large window.
 * @param within where its memory is taken from. Default: the room of this process.
 * @returns a stream that ends, or fails for whoever reads it; unread and given up, it fails in silence.
 * @throws {Malformed} on another word.
 */
export function decompressor(compression: string, most = Number.POSITIVE_INFINITY, within: Room = room): Duplex {
  const open = DECOMPRESSORS.get(compression);
  if (!open)
    throw new Malformed(`not a compression that we read: ${compression.slice(0, 50)}`, { field: 'compression' });
  // Iterating over a stream and piping it with `pipeline` hear its error; the event, unheard, would end the process.
  return open(most, within).on('error', () => undefined);
}

/** A window wider than the first bytes made it out to be is refused by the decompressor, which is opened with that limit. */
function byWindow(
  most: number,
  within: Room,
  windowOf: (head: Buffer) => number,
  open: (mostWindow: number) => Duplex,
): Duplex {
  const opening = (head: Buffer): Opening => {
    const window = windowOf(head) > USUAL_WINDOW ? WIDEST_WINDOW : USUAL_WINDOW;
    return { memory: Math.min(window, most), open: () => open(window) };
  };
  return openedLate({ room: within, headBytes: WINDOW_HEAD_BYTES, opening });
}

const withRoomFor = (memory: number, within: Room, open: () => Duplex): Duplex =>
  openedLate({ room: within, headBytes: 1, opening: () => ({ memory, open }) });

function unxz(mostWindow: number): Duplex {
  const options = {
    bufsize: CHUNK_BYTES,
    memlimit: mostWindow + XZ_OWN_BYTES,
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

function unzstd(mostWindow: number): Duplex {
  const params = { [constants.ZSTD_d_windowLogMax]: Math.log2(mostWindow) };
  const zstd = createZstdDecompress({ chunkSize: CHUNK_BYTES, params });
  return behind(zstd, { format: 'zstd', pieces: zstdFrameCutter(), release: () => zstd.destroy() });
}

function unbrotli(): Duplex {
  const brotli = createBrotliDecompress({ chunkSize: CHUNK_BYTES, rejectGarbageAfterEnd: true });
  return brotli.on('error', () => undefined);
}

function* slices(chunk: Buffer, size: number): Generator<Buffer, undefined> {
  for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  return undefined;
}
