/** Whether an archive is the one that a narinfo was signed for: NarHash and NarSize decide, and nothing else is asked. */
import { createHash } from 'node:crypto';
import { WrongNar } from '../errors.ts';
import type { NarInfo } from './narinfo.ts';
import { sha256Of } from './sha256.ts';

/**
 * Hashes and counts what passes.
 * @param nar the archive, unpacked.
 * @throws {WrongNar} at the first byte beyond NarSize, and at the end when the archive is shorter or its hash is another.
 */
export async function* asSigned(
  nar: AsyncIterable<Uint8Array>,
  { narHash, narSize }: Pick<NarInfo, 'narHash' | 'narSize'>,
): AsyncGenerator<Uint8Array, undefined> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of nar) {
    size += chunk.length;
    if (size > narSize) throw new WrongNar(`longer than its NarSize of ${narSize} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  if (size < narSize) throw new WrongNar(`${size} bytes instead of its NarSize of ${narSize}`);
  const found = sha256Of(hash.digest());
  if (found !== narHash) throw new WrongNar(`its NarHash is ${found}, not ${narHash}`);
  return undefined;
}
