/** Lines in one object, compressed by zstd: how long lists of ours are kept. */
import { pipeline, Readable } from 'node:stream';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Malformed } from '../shared/errors.ts';
import { lines } from '../shared/nix/lines.ts';

const BLOCK = 65_536;

/** The object's bytes. @param each without its line break, and of less than 64 KiB */
export function packLines(each: Iterable<string>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(inBlocks(each), { objectMode: false }), createZstdCompress(), ended);
}

/** @param what completes "… does not decompress" @throws {Malformed} when it is no zstd, or torn. */
export async function* unpackLines(what: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  try {
    yield* lines(pipeline(Readable.from(body), createZstdDecompress(), ended));
  } catch (error) {
    if (!/^Z(STD)?_/.test(String((error as { code?: unknown }).code))) throw error;
    throw new Malformed(`${what} does not decompress`, { field: '(all)' }, error);
  }
  return undefined;
}

/** Both streams end with the first error, and whoever reads the last one hears of it. */
const ended = (): void => undefined;

function* inBlocks(each: Iterable<string>): Generator<string> {
  let block = '';
  for (const line of each) {
    block += `${line}\n`;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}
