/** Lists that are too long for one JSON text: a line of JSON for each item, all in one zstd frame. */
import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { Malformed } from '../shared/errors.ts';
import { lines } from '../shared/nix/lines.ts';

const BLOCK_CHARACTERS = 65_536;
/** What is cut or damaged is seen by who reads it, Nix's and everybody's zstd among them. */
const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** The object's bytes. @param items one line each, without its line break */
export const packLines = (items: Iterable<string>): AsyncIterable<Uint8Array> =>
  pipeline(Readable.from(blocksOf(items), { objectMode: false }), createZstdCompress(CHECKED), ended);

/** Both streams end with the first error, and whoever reads the last one hears of it. */
const ended = (): void => undefined;

function* blocksOf(items: Iterable<string>): Generator<string> {
  let block = '';
  for (const item of items) {
    block += `${item}\n`;
    if (block.length < BLOCK_CHARACTERS) continue;
    yield block;
    block = '';
  }
  yield block;
}

/** @param what completes "… does not decompress" @throws {Malformed} when it is no zstd, or cut. */
export async function* unpackLines(what: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  try {
    yield* lines(pipeline(Readable.from(body), createZstdDecompress(), ended));
  } catch (error) {
    if (!/^Z(STD)?_/.test(String((error as { code?: unknown }).code))) throw error;
    throw new Malformed(`${what} does not decompress`, { field: '(all)' }, error);
  }
  return undefined;
}

/** The same, for who comes by its lines little by little: what has been added is kept compressed. */
export interface LinePacker {
  add(items: Iterable<string>): Promise<void>;
  /** The object's bytes; nothing can be added any more. */
  end(): Promise<Buffer>;
}

export function createLinePacker(): LinePacker {
  const zstd = createZstdCompress(CHECKED);
  const packed: Buffer[] = [];
  zstd.on('data', (chunk: Buffer) => packed.push(chunk)).on('error', () => undefined); // heard by who waits
  return {
    async add(items) {
      for (const block of blocksOf(items)) if (block !== '' && !zstd.write(block)) await once(zstd, 'drain');
    },
    async end() {
      zstd.end();
      await once(zstd, 'end');
      return Buffer.concat(packed);
    },
  };
}
