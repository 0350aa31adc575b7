/**
 * Reads bzip2, which a narinfo without `Compression` means, in bounded memory: forty bytes of it can hold 46 MB, so what a block
 * decodes to is written out piece by piece, as it is read. There is no specification but the program (bzip2 1.0.8:
 * decompress.c).
 *     "BZh" level  { 0x314159265359 crc … }  0x177245385090 crc     in bits; whole files may follow one another
 */
import { Duplex } from 'node:stream';
import { type Bzip2Bits, bzip2Bits } from './bzip2-bits.ts';
import { type Bzip2Block, readBlock } from './bzip2-block.ts';

const PIECE_BYTES = 64 * 1024;
const READ_AHEAD_BYTES = 512 * 1024;
const LEVEL_BYTES = 100_000;
const FILE_HEADER_BYTES = 4;
/** No block is longer than its symbols, each of 20 bits at most, and its tables. */
const mostBlockBytes = (level: number): number => (level * LEVEL_BYTES * 20) / 8 + 32 * 1024;

/** A stream that decodes as it is read. It fails with {Malformed}. */
export function unbzip2(): Duplex {
  const bits = bzip2Bits();
  const decoding = decode(bits);
  let written: (() => void) | undefined;
  const goOn = (stream: Duplex): void => {
    try {
      while (!stream.destroyed) {
        const { value: piece, done } = decoding.next();
        if (done) return void stream.push(null);
        if (piece === 'more') {
          const askForMore = written;
          written = undefined;
          if (askForMore) askForMore();
          return;
        }
        if (!stream.push(piece)) return;
      }
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  return new Duplex({
    readableHighWaterMark: READ_AHEAD_BYTES,
    read() {
      goOn(this);
    },
    write(chunk: Buffer, _encoding, done) {
      bits.add(chunk);
      written = done;
      goOn(this);
    },
    final(done) {
      bits.end();
      done();
      goOn(this);
    },
    destroy(error, done) {
      decoding.return(undefined);
      done(error);
    },
  });
}

function* decode(bits: Bzip2Bits): Generator<Buffer | 'more', undefined> {
  let steps = new Uint32Array(0); // for whole files, one after the other
  do {
    while (bits.bytesLeft < FILE_HEADER_BYTES && !bits.ended) yield 'more';
    const level = readFileHeader(bits);
    if (steps.length !== level * LEVEL_BYTES) steps = new Uint32Array(level * LEVEL_BYTES);
    for (let crc = 0; ; ) {
      while (bits.bytesLeft < mostBlockBytes(level) && !bits.ended) yield 'more';
      const kind = `${hex(bits)}${hex(bits)}`;
      if (kind === '177245385090') {
        if (readCrc(bits) !== crc) bits.refuse('its check does not hold');
        break;
      }
      if (kind !== '314159265359') bits.refuse('no block where one should be');
      const block = readBlock(bits, steps);
      const found = yield* writeOut(steps, block);
      if (found !== block.crc) bits.refuse('the check of a block does not hold');
      crc = (((crc << 1) | (crc >>> 31)) ^ found) >>> 0;
    }
    bits.align();
    while (bits.bytesLeft === 0 && !bits.ended) yield 'more';
  } while (bits.bytesLeft > 0);
  return undefined;
}

const hex = (bits: Bzip2Bits): string => bits.read(24).toString(16).padStart(6, '0');
const readCrc = (bits: Bzip2Bits): number => ((bits.read(16) << 16) | bits.read(16)) >>> 0;

function readFileHeader(bits: Bzip2Bits): number {
  if (bits.read(24) !== 0x425a68) bits.refuse('it does not begin with BZh');
  const level = bits.read(8) - 0x30;
  return level >= 1 && level <= 9 ? level : bits.refuse('no level from 1 to 9');
}

/** Walks through a block; after four equal bytes, the next one says how many more there are. Answers the check of all. */
function* writeOut(steps: Uint32Array, { length, first }: Bzip2Block): Generator<Buffer, number> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let at = 0;
  let crc = 0xffffffff;
  let step = first;
  let last = -1;
  let alike = 0;
  for (let left = length; left > 0; left -= 1) {
    step = steps[step >>> 8] ?? 0;
    let byte = step & 0xff;
    let copies = 1;
    if (alike === 4) {
      copies = byte;
      byte = last;
      last = -1;
      alike = 0;
    } else {
      alike = byte === last ? alike + 1 : 1;
      last = byte;
    }
    for (; copies > 0; copies -= 1) {
      piece[at] = byte;
      at += 1;
      crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
      if (at < PIECE_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE_BYTES);
      at = 0;
    }
  }
  if (at > 0) yield piece.subarray(0, at);
  return ~crc >>> 0;
}

/** Of the CRC-32 whose bits go the other way round than those of gzip. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});
