/** NAR files that are small and unpack to very much: a NAR of one file of zeros, in each compression. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import lzma from 'lzma-native';
import { narNumber, narWords } from '../../shared/nix/nar-format.ts';

const ZEROS = Buffer.alloc(1_000_000);
const CONTENTS_BYTES = 150 * ZEROS.length;
const BEFORE = Buffer.concat([
  narWords('nix-archive-1', '(', 'type', 'regular', 'contents'),
  narNumber(CONTENTS_BYTES),
]);
const AFTER = narWords(')');
/** Of the NAR in each of them. */
export const BOMB_NAR_BYTES = BEFORE.length + CONTENTS_BYTES + AFTER.length;

function* nar(): Generator<Buffer, undefined> {
  yield BEFORE;
  for (let bytes = 0; bytes < CONTENTS_BYTES; bytes += ZEROS.length) yield ZEROS;
  yield AFTER;
  return undefined;
}

/** That very NAR by bzip2 -9, which nothing at hand writes. */
const BZIP2 =
  'QlpoOTFBWSZTWZJdfRMFfi5ZwuzCAEIgACrl32BAACAAQAggAHUMpNPSek0AaGm1AIqgGgAAAWQkohCFEvyiAKqiVyKogKqiaxJAIAJJJBEnD5H4NlNy' +
  'p0z6rPmjRrCHnYSKizrsl89+3BQBVUT8xQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoC' +
  'XMUFZJlNZ+akXEwBeQ9QA6AAAIAAIAAggAFBgAUog5vpBFU70UUlD2NxQRVPi7kinChIJ7tYpoA=';

export interface Bomb {
  readonly compression: string;
  readonly file: Buffer;
}

/** By what makes each of them hard to read. */
export async function makeBombs(): Promise<ReadonlyMap<string, Bomb>> {
  const through = (compressor: NodeJS.ReadWriteStream): Promise<Buffer> =>
    buffer(Readable.from(nar()).pipe(compressor));
  const xz = (preset: lzma.Preset) => through(lzma.createCompressor({ preset }));
  const zstd = (windowLog: number) =>
    through(createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } }));
  const br = () =>
    through(
      createBrotliCompress({
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 3,
          [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        },
      }),
    );
  return new Map<string, Bomb>([
    ['xz', { compression: 'xz', file: await xz(6) }],
    ['xz-wide', { compression: 'xz', file: await xz(9) }],
    ['zstd', { compression: 'zstd', file: await zstd(23) }],
    ['zstd-wide', { compression: 'zstd', file: await zstd(26) }],
    ['zstd-wider', { compression: 'zstd', file: await zstd(27) }],
    ['bzip2', { compression: 'bzip2', file: Buffer.from(BZIP2, 'base64') }],
    ['gzip', { compression: 'gzip', file: await through(createGzip()) }],
    ['br', { compression: 'br', file: await br() }],
  ]);
}
