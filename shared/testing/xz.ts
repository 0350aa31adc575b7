/** Compresses as upstream's lists are compressed. */
import { buffer } from 'node:stream/consumers';
import lzma from 'lzma-native';

export function xz(text: string | Uint8Array): Promise<Buffer> {
  const compressor = lzma.createCompressor();
  compressor.end(Buffer.from(text));
  return buffer(compressor);
}
