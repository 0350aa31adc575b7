/**
 * Finds where the frames of a zstd file end (RFC 8878, section 3.1). A file may be several frames one after the other
 * (`pzstd` writes it so), but Node's decompressor takes one from each chunk and drops the rest of it without a word; fed
 * by this, it never sees two in one.
 */

/** What the walk through a file asks for: to be shown so many bytes, to have them passed over, or a cut right here. */
type Wish = { readonly show: number } | { readonly skip: number } | 'cut';

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50; // and the fifteen after it
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const CHECKSUM_BYTES = 4;
const RUN = 1; // a block of one byte, repeated

function* walk(): Generator<Wish, never, Buffer> {
  for (;;) {
    yield 'cut';
    const magic = (yield { show: 4 }).readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      yield { skip: (yield { show: 4 }).readUInt32LE() };
      continue;
    }
    if (magic !== FRAME) yield { skip: Number.POSITIVE_INFINITY };
    const flags = (yield { show: 1 }).readUInt8();
    const single = (flags & 0x20) !== 0; // one segment: no window, and the content's size is always there
    const contentSize = CONTENT_SIZE_BYTES[flags >> 6] || (single ? 1 : 0);
    yield { skip: (single ? 0 : 1) + (DICTIONARY_ID_BYTES[flags & 0x03] ?? 0) + contentSize };
    for (let last = false; !last; ) {
      const header = (yield { show: 3 }).readUIntLE(0, 3);
      last = (header & 1) !== 0;
      yield { skip: ((header >> 1) & 0x03) === RUN ? 1 : header >> 3 };
    }
    if ((flags & 0x04) !== 0) yield { skip: CHECKSUM_BYTES };
  }
}

/**
 * Cuts chunks at the ends of frames. What is not zstd is passed on as it is, for the decompressor to refuse.
 * @returns a function that is given the chunks of one file in their order.
 */
export function zstdFrameCutter(): (chunk: Buffer) => readonly Buffer[] {
  const walking = walk();
  let wish: Wish = walking.next().value;
  let left = 0;
  let shown: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const pieces: Buffer[] = [];
    let start = 0;
    for (let at = 0; ; ) {
      const passed = Math.min(left, chunk.length - at);
      if (wish !== 'cut' && 'show' in wish) shown = Buffer.concat([shown, chunk.subarray(at, at + passed)]);
      at += passed;
      left -= passed;
      if (left > 0) {
        if (at > start) pieces.push(chunk.subarray(start, at));
        return pieces;
      }
      if (wish === 'cut' && at > start) {
        pieces.push(chunk.subarray(start, at));
        start = at;
      }
      wish = walking.next(shown).value;
      shown = Buffer.alloc(0);
      left = wish === 'cut' ? 0 : 'show' in wish ? wish.show : wish.skip;
    }
  };
}
