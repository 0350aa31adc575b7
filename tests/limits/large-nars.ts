/** Store objects whose NARs are too large to be held: made as streams, the NAR files kept in a folder. */
import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import lzma from 'lzma-native';
import { narNumber, narWords } from '../../shared/nix/nar-format.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';
import { signatureOf } from '../../shared/nix/signature.ts';
import { formatBaseName, type StorePath } from '../../shared/nix/store-path.ts';
import { pathNamed, TEST_SECRET } from '../../shared/testing/store-objects.ts';

export interface LargeObject {
  readonly path: StorePath;
  readonly narInfo: string;
  readonly narKey: string;
  /** Its NAR file on disk, and the bytes of that. */
  readonly file: string;
  readonly fileBytes: number;
}

const PIECE = Buffer.alloc(64 * 1024); // half of what comes does not compress
const COMPRESSORS = {
  zstd: () =>
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 23 } }),
  xz: () => lzma.createCompressor({ preset: 1 }),
};

/** @param pieces how long its contents are, in 128 KiB */
export async function largeObject(
  name: string,
  compression: keyof typeof COMPRESSORS,
  pieces: number,
  folder: string,
): Promise<LargeObject> {
  const path = pathNamed(name);
  const hash = createHash('sha256');
  let narSize = 0;
  const noted = function* () {
    for (const bytes of nar(name, pieces)) {
      hash.update(bytes);
      narSize += bytes.length;
      yield bytes;
    }
  };
  const file = join(folder, name);
  await pipeline(Readable.from(noted()), COMPRESSORS[compression](), createWriteStream(file));
  const narHash = sha256Of(hash.digest());
  const narKey = `nar/${name}`;
  const narInfo =
    `StorePath: /nix/store/${formatBaseName(path)}\nURL: ${narKey}\nCompression: ${compression}\nNarHash: ${narHash}\n` +
    `NarSize: ${narSize}\nReferences: \nSig: ${signatureOf({ storePath: path, narHash, narSize, references: [] }, TEST_SECRET)}\n`;
  return { path, narInfo, narKey, file, fileBytes: (await stat(file)).size };
}

function* nar(name: string, pieces: number): Generator<Buffer, undefined> {
  const key = createHash('sha256').update(name).digest().subarray(0, 16);
  const noise = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  yield narWords('nix-archive-1', '(', 'type', 'regular', 'contents');
  yield narNumber(pieces * 2 * PIECE.length);
  for (let i = 0; i < pieces; i += 1) {
    yield noise.update(PIECE);
    yield PIECE;
  }
  yield narWords(')');
  return undefined;
}
