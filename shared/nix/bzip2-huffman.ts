/** The Huffman codes of a bzip2 block: two to six tables, and which of them is used for each fifty symbols. */
import type { Bzip2Bits } from './bzip2-bits.ts';

const LONGEST_CODE = 20;
const MOST_SYMBOLS = 258;
const SYMBOLS_A_GROUP = 50;

interface Table {
  readonly shortest: number;
  readonly longest: number;
  /** By length: the last code of that length, and what to take from a code to find its symbol's place. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

/** @param symbols how many there are; answers a function that reads the next one. */
export function readCodes(bits: Bzip2Bits, symbols: number): () => number {
  const tableCount = bits.read(3);
  if (tableCount < 2 || tableCount > 6) bits.refuse('a block of no tables, or too many');
  const choices = readChoices(bits, tableCount);
  const tables = Array.from({ length: tableCount }, () => tableOf(readLengths(bits, symbols), symbols));
  let group = 0;
  let left = 0;
  let table: Table | undefined;

  return () => {
    if (left === 0) {
      table = tables[choices[group] ?? tableCount];
      group += 1;
      left = SYMBOLS_A_GROUP;
    }
    if (!table) return bits.refuse('more symbols than it announces');
    left -= 1;
    let length = table.shortest;
    let code = bits.read(length);
    while (code > (table.limit[length] ?? -1)) {
      length += 1;
      if (length > table.longest) bits.refuse('a code that none of its tables has');
      code = (code << 1) | bits.read(1);
    }
    const place = code - (table.base[length] ?? 0);
    if (place < 0 || place >= symbols) bits.refuse('a code that none of its tables has');
    return table.symbols[place] ?? 0;
  };
}

/** Which table each group uses, written as places in a list whose last used comes first. */
function readChoices(bits: Bzip2Bits, tableCount: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) bits.refuse('a block without symbols');
  const choices = new Uint8Array(count);
  const recent = Array.from({ length: tableCount }, (_, table) => table);
  for (let i = 0; i < count; i += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= tableCount) bits.refuse('a table that it does not have');
    }
    const [table = 0] = recent.splice(place, 1);
    recent.unshift(table);
    choices[i] = table;
  }
  return choices;
}

/** The length of each symbol's code, as differences. */
function readLengths(bits: Bzip2Bits, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) bits.refuse('a code of an impossible length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}

function tableOf(lengths: Uint8Array, symbols: number): Table {
  const ofLength = new Int32Array(LONGEST_CODE + 1);
  for (const length of lengths) ofLength[length] = (ofLength[length] ?? 0) + 1;
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  const limit = new Int32Array(LONGEST_CODE + 1).fill(-1);
  const base = new Int32Array(LONGEST_CODE + 1);
  const order = new Uint16Array(MOST_SYMBOLS);
  let placed = 0;
  let code = 0;
  for (let length = shortest; length <= longest; length += 1) {
    base[length] = code - placed;
    for (let symbol = 0; symbol < symbols; symbol += 1) if (lengths[symbol] === length) order[placed++] = symbol;
    code += ofLength[length] ?? 0;
    limit[length] = code - 1;
    code <<= 1;
  }
  return { shortest, longest, limit, base, symbols: order };
}
