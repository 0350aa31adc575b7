import { Malformed } from '../errors.ts';

/** No line that we read is as long; a body without line breaks must not fill the memory. */
const MOST_LINE_BYTES = 64 * 1024;

/**
 * Splits a stream of bytes into lines, as they come. A last line without its line break counts too; empty lines do not.
 * @throws {Malformed} on a line of more than 64 KiB.
 */
export async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    // Complete lines only are decoded: a character may be split between two chunks, a line break can't be.
    const bytes =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      if (end > start) yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > MOST_LINE_BYTES) throw new Malformed('a line is too long', { field: 'line' });
  }
  if (rest.length > 0) yield rest.toString('utf8');
  return undefined;
}
