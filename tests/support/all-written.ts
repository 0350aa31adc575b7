/** All that was written below a folder: names of files, bytes as they are, and what packed ones hold. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { decompressor } from '../../shared/nix/decompress.ts';

export interface Written {
  readonly file: string;
  /** Bytes as latin1, and what they are once unpacked. */
  readonly texts: readonly string[];
}

const MAGIC: readonly (readonly [string, string])[] = [
  ['28b52ffd', 'zstd'],
  ['1f8b', 'gzip'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
];

export async function allWritten(folder: string): Promise<readonly Written[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: Written[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    const unpacked = await unpackedOf(bytes);
    found.push({ file, texts: [bytes, ...(unpacked ? [unpacked] : [])].map((one) => one.toString('latin1')) });
  }
  return found;
}

/** brotli has no sign by which one knows it: whatever else it is not may be. */
async function unpackedOf(bytes: Buffer): Promise<Buffer | undefined> {
  const [, compression = 'br'] = MAGIC.find(([magic]) => bytes.toString('hex', 0, 6).startsWith(magic)) ?? [];
  const stream = decompressor(compression);
  stream.end(bytes);
  return buffer(stream).catch(() => undefined);
}
