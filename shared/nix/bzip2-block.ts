/** One block of a bzip2 file, up to where its bytes can be walked through in their order. */
import type { Bzip2Bits } from './bzip2-bits.ts';
import { readCodes } from './bzip2-huffman.ts';

export interface Bzip2Block {
  /** The block's own check of what it decodes to. */
  readonly crc: number;
  /** Bytes, before the runs in them are written out. */
  readonly length: number;
  /** Where the walk begins. */
  readonly first: number;
}

const RUN_B = 1; // below and at it: digits of a run's length, to the base of two
const MOST_RUN_DIGITS = 21;

/**
 * Reads what follows a block's magic number.
 * @param steps the room for it: afterwards each holds a byte (its low 8 bits) and, above it, where the next one is
 */
export function readBlock(bits: Bzip2Bits, steps: Uint32Array): Bzip2Block {
  const crc = ((bits.read(16) << 16) | bits.read(16)) >>> 0;
  if (bits.read(1) === 1) bits.refuse('a randomised block, which nothing has written since 1999');
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const length = readSymbols(bits, alphabet, steps);
  if (origin >= length) bits.refuse('a block that begins behind its end');
  linkSteps(steps, length);
  return { crc, length, first: steps[origin] ?? 0 };
}

/** The bytes that occur, as a map of sixteen maps. */
function readAlphabet(bits: Bzip2Bits): Uint8Array {
  const used = bits.read(16);
  const bytes: number[] = [];
  for (let high = 0; high < 16; high += 1) {
    const map = used & (0x8000 >> high) ? bits.read(16) : 0;
    for (let low = 0; low < 16; low += 1) if (map & (0x8000 >> low)) bytes.push(high * 16 + low);
  }
  if (bytes.length === 0) bits.refuse('a block without bytes');
  return Uint8Array.from(bytes);
}

/** Each symbol is a place in the list of bytes whose last used comes first; the last symbol is the end. Answers how many. */
function readSymbols(bits: Bzip2Bits, recent: Uint8Array, bytes: Uint32Array): number {
  const end = recent.length + 1;
  const nextSymbol = readCodes(bits, recent.length + 2);
  let length = 0;
  let run = 0;
  let digits = 0;
  for (;;) {
    const symbol = nextSymbol();
    if (symbol <= RUN_B) {
      if (digits === MOST_RUN_DIGITS) bits.refuse('a run that is longer than a block');
      run += (symbol + 1) << digits;
      digits += 1;
      continue;
    }
    if (digits > 0) {
      if (length + run > bytes.length) bits.refuse('a block that is longer than it may be');
      bytes.fill(recent[0] ?? 0, length, length + run);
      length += run;
      run = 0;
      digits = 0;
    }
    if (symbol === end) return length;
    if (length === bytes.length) bits.refuse('a block that is longer than it may be');
    const byte = recent[symbol - 1] ?? 0;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    bytes[length] = byte;
    length += 1;
  }
}

/** Undoes the sorting (Burrows and Wheeler, 1994): the n-th of a byte is followed by what the n-th row of it says. */
function linkSteps(steps: Uint32Array, length: number): void {
  const rows = new Uint32Array(256);
  for (let i = 0; i < length; i += 1) {
    const byte = (steps[i] ?? 0) & 0xff;
    rows[byte] = (rows[byte] ?? 0) + 1;
  }
  let before = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const count = rows[byte] ?? 0;
    rows[byte] = before;
    before += count;
  }
  for (let i = 0; i < length; i += 1) {
    const byte = (steps[i] ?? 0) & 0xff;
    const row = rows[byte] ?? 0;
    rows[byte] = row + 1;
    steps[row] = (steps[row] ?? 0) | (i << 8);
  }
}
