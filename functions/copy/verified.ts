/**
 * Passes a NAR file on as it arrives. Its last bytes follow only when the archive inside is the one that was signed: a bad
 * NAR ends as a torn body, and so never becomes an object. Nothing is buffered, nothing is read twice.
 *
 * NarHash and NarSize decide. FileHash and FileSize are unsigned and have been wrong upstream: they are noted, no more.
 */
import { createHash } from 'node:crypto';
import { Unavailable } from '../../shared/errors.ts';
import { decompressor } from '../../shared/nix/decompress.ts';
import { type Listing, listNar } from '../../shared/nix/nar-listing.ts';
import type { NarInfo } from '../../shared/nix/narinfo.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';
import { asSigned } from '../../shared/nix/signed-nar.ts';

/** What was learned while a NAR file passed; filled in when its last byte is let go. */
export interface Seen {
  listing?: Listing;
  /** Bytes of the NAR file as upstream sent it. */
  fileBytes?: number;
  /** Whether upstream's FileHash and FileSize were right; absent ones are. */
  fileHashRight?: boolean;
}

/**
 * @throws {Unavailable} `corrupt`, when the archive is not the one that `narInfo` promises.
 * @throws whatever the file throws: upstream's failure is no verdict on the NAR.
 */
export async function* verified(
  file: AsyncIterable<Uint8Array>,
  narInfo: NarInfo,
  seen: Seen,
): AsyncGenerator<Uint8Array, undefined> {
  const unpack = decompressor(narInfo.compression, narInfo.narSize);
  unpack.on('error', () => undefined); // heard by the reader below
  const reading = listNar(asSigned(unpack, narInfo)).catch((cause: unknown) => {
    throw new Unavailable('corrupt', `${narInfo.url} is not what its narinfo says`, { url: narInfo.url }, cause);
  });
  reading.catch(() => undefined); // heard below, unless upstream fails first: that is a retry
  const fileHash = createHash('sha256');
  let fileBytes = 0;
  let last: Uint8Array | undefined;
  try {
    for await (const chunk of file) {
      if (chunk.length === 0) continue; // only real bytes can be held back
      fileHash.update(chunk);
      fileBytes += chunk.length;
      if (!unpack.write(chunk)) await Promise.race([drained(unpack), reading]);
      if (last) yield last;
      last = chunk;
    }
    unpack.end();
    seen.listing = await reading;
    seen.fileBytes = fileBytes;
    seen.fileHashRight =
      (narInfo.fileHash ?? '') === (narInfo.fileHash ? sha256Of(fileHash.digest()) : '') &&
      (narInfo.fileSize ?? fileBytes) === fileBytes;
    if (last) yield last;
  } finally {
    unpack.destroy();
  }
  return undefined;
}

const drained = (stream: NodeJS.EventEmitter): Promise<void> => new Promise((resolve) => stream.once('drain', resolve));
