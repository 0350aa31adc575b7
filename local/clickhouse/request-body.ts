/** The body of a request, unpacked, and never more of it than its bound. */
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { refusal } from './refusal.ts';

const UNPACKERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream & Readable> = new Map([
  ['gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress()],
]);

/** @param mostBytes once unpacked. @throws {StatementFailed} when it is longer, or not packed as it says. */
export async function* bodyOf(
  request: Pick<IncomingMessage, 'headers'> & Readable,
  mostBytes: number,
): AsyncGenerator<Buffer, undefined> {
  let length = 0;
  try {
    for await (const chunk of unpacked(request)) {
      length += (chunk as Buffer).length;
      if (length > mostBytes) throw refusal('TOO_LARGE_STRING_SIZE', `more than ${mostBytes} bytes in one request`);
      yield chunk as Buffer;
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'STATEMENT_FAILED') throw error;
    throw refusal('CANNOT_PARSE_TEXT', 'the body broke off, or is not packed as it says');
  }
}

function unpacked(request: Pick<IncomingMessage, 'headers'> & Readable): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return request;
  const unpacker = UNPACKERS.get(encoding)?.();
  if (!unpacker) throw refusal('NOT_IMPLEMENTED', 'no such Content-Encoding');
  return pipeline(request, unpacker, () => undefined); // its failure is met by who reads
}
