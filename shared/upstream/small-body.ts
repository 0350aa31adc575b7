/** Reads a small text whole, decoded: a narinfo, a release page. Never a NAR. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib';
import { Malformed } from '../errors.ts';

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/**
 * We ask for `identity`, but S3 answers with what an object was stored with: Hydra can write narinfos in zstd and has
 * written listings in brotli (hydra: `narinfo-compression`, `ls-compression`).
 */
const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

export interface EncodedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * @param most bytes, as sent and as decoded: a small file can decode to a very large one
 * @throws {Malformed} when it is longer (`facts.field` = `length`) or can't be decoded (`content-encoding`).
 * @throws what the body throws.
 */
export async function readSmallBody({ headers, body }: EncodedBody, most: number): Promise<Buffer> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const decode = DECODERS.get(encoding);
  if (!decode && encoding !== 'identity') {
    throw new Malformed(`its Content-Encoding is ${JSON.stringify(encoding.slice(0, 50))}`, {
      field: 'content-encoding',
    });
  }
  const bytes = await readAtMost(body, most);
  if (!decode) return bytes;
  try {
    return await decode(bytes, { maxOutputLength: most });
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(most);
    throw new Malformed(`it is not the ${encoding} it says it is`, { field: 'content-encoding' }, cause);
  }
}

async function readAtMost(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > most) throw tooLong(most);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLong = (most: number): Malformed => new Malformed(`it is longer than ${most} bytes`, { field: 'length' });
