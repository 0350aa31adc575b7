/**
 * `store-paths.xz`: the store paths of a release, one a line (hydra: JobsetEval.pm, `store_paths`). The list is not closed
 * under references; publish asks for what it lacks.
 */
import { pipeline, Readable } from 'node:stream';
import { Malformed } from '../errors.ts';
import { decompressor } from './decompress.ts';
import { lines } from './lines.ts';
import { parseStorePath, type StorePath } from './store-path.ts';

/** @throws {Malformed} that names the line. */
export async function* readStorePaths(xz: AsyncIterable<Uint8Array>): AsyncGenerator<StorePath, undefined> {
  const text = pipeline(Readable.from(xz), decompressor('xz'), () => undefined);
  let line = 0;
  for await (const path of lines(text)) {
    line += 1;
    try {
      yield parseStorePath(path);
    } catch (cause) {
      throw new Malformed(
        `line ${line} of store-paths.xz is not a store path`,
        { field: 'store-paths.xz', line },
        cause,
      );
    }
  }
  return undefined;
}
