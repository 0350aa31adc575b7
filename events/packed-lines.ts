/** Lines in one object, compressed by zstd: how long lists of ours are kept. */
import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Malformed } from '../shared/errors.ts';
import { lines } from '../shared/nix/lines.ts';

const BLOCK = 65_536;
/** What is torn or damaged is noticed by whoever unpacks it. */
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** The object's bytes. @param each without its line break, and of less than 64 KiB */
export function packLines(each: Iterable<string>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(inBlocks(each), { objectMode: false }), createZstdCompress(CHECKED), ended);
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

/** The same for who comes by the lines little by little: what has been added is kept compressed. */
export interface LinePacker {
  add(each: Iterable<string>): Promise<void>;
  /** The object's bytes; nothing can be added any more. */
  end(): Promise<Buffer>;
}

export function createLinePacker(): LinePacker {
  const zstd = createZstdCompress(CHECKED);
  const packed: Buffer[] = [];
  zstd.on('data', (chunk: Buffer) => packed.push(chunk)).on('error', () => undefined); // heard by who waits
  return {
    async add(each) {
      for (const block of inBlocks(each)) if (block !== '' && !zstd.write(block)) await once(zstd, 'drain');
    },
    async end() {
      zstd.end();
      await once(zstd, 'end');
      return Buffer.concat(packed);
    },
  };
}
