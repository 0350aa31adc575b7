/**
 * How far back a compressed file may refer, which is what reading it takes in memory, as its first bytes say: xz by its first
 * block's LZMA2 dictionary (tukaani.org: xz-file-format.txt, 3.1 and 5.3.1), zstd by its first frame's window (RFC 8878, 3.1.1.1).
 * What is not understood is 0: the decompressor will refuse it.
 */

/** What is enough of a file for both. */
export const WINDOW_HEAD_BYTES = 64;

const XZ_MAGIC = 'fd377a585a00';
const XZ_BLOCK_AT = 12;
const LZMA2 = 0x21;
const MOST_DICTIONARY = 40;

/** Bytes. */
export function xzWindow(head: Buffer): number {
  if (head.length <= XZ_BLOCK_AT + 2 || head.subarray(0, 6).toString('hex') !== XZ_MAGIC) return 0;
  let at = XZ_BLOCK_AT + 1;
  const next = (): number => {
    at += 1;
    return head[at - 1] ?? 0;
  };
  const skipNumber = (): void => {
    while (next() >= 0x80);
  };
  const flags = next();
  if (flags & 0x40) skipNumber(); // the block's compressed size
  if (flags & 0x80) skipNumber(); // and that of its contents
  for (let filters = (flags & 0x03) + 1; filters > 0; filters -= 1) {
    const filter = next();
    const propertyBytes = next();
    if (filter === LZMA2) return dictionaryOf(next());
    at += propertyBytes;
  }
  return 0;
}

const dictionaryOf = (code: number): number =>
  code >= MOST_DICTIONARY ? 2 ** 32 : (2 | (code & 1)) * 2 ** ((code >> 1) + 11);

const ZSTD_MAGIC = 0xfd2fb528;
const CONTENT_SIZE_BYTES = [1, 2, 4, 8]; // the first one of frames of one segment
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];

/** Bytes. */
export function zstdWindow(head: Buffer): number {
  if (head.length < 14 || head.readUInt32LE() !== ZSTD_MAGIC) return 0;
  const flags = head.readUInt8(4);
  if ((flags & 0x20) === 0) {
    const window = head.readUInt8(5);
    return 2 ** (10 + (window >> 3)) * (1 + (window & 0x07) / 8);
  }
  // One segment: all of it may be referred to.
  const at = 5 + (DICTIONARY_ID_BYTES[flags & 0x03] ?? 0);
  const bytes = CONTENT_SIZE_BYTES[flags >> 6] ?? 1;
  if (head.length < at + bytes) return 0;
  return bytes === 8 ? Number(head.readBigUInt64LE(at)) : head.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}
