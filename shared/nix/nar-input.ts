/**
 * The bytes of a NAR that have arrived and are not read yet. Reads are synchronous and return undefined while bytes are
 * missing, so that nothing waits inside a chunk; contents are passed on as pieces of the chunk they came in.
 */
import { Malformed } from '../errors.ts';
import { paddingAfter } from './nar-format.ts';

const LENGTH_BYTES = 8;
const SHOWN_BYTES = 40;

export interface NarInput {
  /** Bytes read so far: where in the archive the next read begins. */
  readonly offset: number;
  /** Bytes that have arrived and are not read. */
  readonly waiting: number;
  add(chunk: Uint8Array): void;
  /** Reads exactly these bytes. @throws {Malformed} as soon as one of them is another. */
  expect(words: Buffer): true | undefined;
  /**
   * Reads a string, padding included. The bytes are the caller's.
   * @param flawOf why it can't be this one; undefined when it can.
   */
  string(most: number, flawOf: (text: Buffer) => string | undefined): Buffer | undefined;
  number(): number | undefined;
  /** Reads what is there, at most so many bytes, at least one; not copied. */
  some(most: number): Buffer | undefined;
  padding(afterBytes: number): true | undefined;
  refuse(why: string): never;
}

export function narInput(): NarInput {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;

  const refuse = (why: string, at = 0): never => {
    throw new Malformed(`not a NAR: ${why} at byte ${offset + at}`, { field: 'nar', offset: offset + at });
  };
  const take = (bytes: number): Buffer => {
    const taken = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    offset += bytes;
    return taken;
  };
  const lengthAt0 = (): number => {
    const high = rest.readUInt32LE(4);
    if (high >= 2 ** 21) refuse('a length is beyond all measure');
    return high * 2 ** 32 + rest.readUInt32LE(0);
  };
  const checkPadding = (from: number, bytes: number): void => {
    for (let at = from; at < from + bytes; at++) if (rest[at] !== 0) refuse('padding is not zero', at);
  };

  return {
    get offset() {
      return offset;
    },
    get waiting() {
      return rest.length;
    },
    add(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    },
    expect(words) {
      const length = Math.min(words.length, rest.length);
      if (rest.compare(words, 0, length, 0, length) !== 0) {
        let at = 0;
        while (rest[at] === words[at]) at++;
        refuse(`expected ${legible(words.subarray(at - (at % LENGTH_BYTES)))}`, at);
      }
      if (length < words.length) return undefined;
      take(length);
      return true;
    },
    string(most, flawOf) {
      if (rest.length < LENGTH_BYTES) return undefined;
      const length = lengthAt0();
      if (length > most) refuse(`a string of ${length} bytes`);
      const padding = paddingAfter(length);
      if (rest.length < LENGTH_BYTES + length + padding) return undefined;
      checkPadding(LENGTH_BYTES + length, padding);
      const text = Buffer.from(rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
      const flaw = flawOf(text);
      if (flaw) refuse(flaw);
      take(LENGTH_BYTES + length + padding);
      return text;
    },
    number() {
      if (rest.length < LENGTH_BYTES) return undefined;
      const value = lengthAt0();
      take(LENGTH_BYTES);
      return value;
    },
    some: (most) => (rest.length === 0 ? undefined : take(Math.min(most, rest.length))),
    padding(afterBytes) {
      const padding = paddingAfter(afterBytes);
      if (rest.length < padding) return undefined;
      checkPadding(0, padding);
      take(padding);
      return true;
    },
    refuse: (why) => refuse(why),
  };
}

const legible = (words: Buffer): string =>
  JSON.stringify(
    words
      .subarray(0, SHOWN_BYTES)
      .toString('latin1')
      .replace(/[^ -~]+/g, ' ')
      .trim(),
  );
