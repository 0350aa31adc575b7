/** A list of store paths, one a line, as `store-paths.xz` or unpacked: its first bytes say which. */
import { Malformed } from '../../shared/errors.ts';
import { lines } from '../../shared/nix/lines.ts';
import { parseStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';

const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/** @throws {Malformed} that names the line. */
export async function* readAnyList(body: AsyncIterable<Uint8Array>): AsyncGenerator<StorePath, undefined> {
  const chunks = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < XZ.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array, undefined> {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    return undefined;
  }
  try {
    yield* head.subarray(0, XZ.length).equals(XZ) ? readStorePaths(whole()) : plain(whole());
  } finally {
    await chunks.return?.();
  }
  return undefined;
}

async function* plain(body: AsyncIterable<Uint8Array>): AsyncGenerator<StorePath, undefined> {
  let line = 0;
  for await (const text of lines(body)) {
    line += 1;
    try {
      yield parseStorePath(text.trim());
    } catch (cause) {
      throw new Malformed(`line ${line} of the list is not a store path`, { field: 'list', line }, cause);
    }
  }
  return undefined;
}
