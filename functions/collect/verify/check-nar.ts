/** Reads a NAR file that is here, from its first byte to its last, and says what is wrong with it. */
import { pipeline, Readable } from 'node:stream';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { BucketFailed, describeError } from '../../../shared/errors.ts';
import { decompressor } from '../../../shared/nix/decompress.ts';
import { type Listing, listNar } from '../../../shared/nix/nar-listing.ts';
import type { NarInfo } from '../../../shared/nix/narinfo.ts';
import { asSigned } from '../../../shared/nix/signed-nar.ts';

export type NarFound =
  | { readonly state: 'gone' }
  | { readonly state: 'sound'; readonly listing?: Listing }
  /** `etag`: of what was read. `lost`: what the disk says, where it says it. One bad read is not enough to take its word (read-nars.ts). */
  | { readonly state: 'rotten'; readonly flaw: string; readonly etag: string; readonly lost?: BucketFailed };

/** What a disk says of a place that it can't read any more. */
const LOST_ON_DISK = 'EIO';

/**
 * @param onBytes is told how many bytes of the file have been read, as they are.
 * @throws {BucketFailed} when the bucket fails, which is no word about the NAR.
 */
export async function checkNar(
  key: string,
  narInfo: Pick<NarInfo, 'compression' | 'narHash' | 'narSize'>,
  { bucket, onBytes }: { readonly bucket: Pick<Bucket, 'get'>; readonly onBytes: (bytes: number) => void },
  signal: AbortSignal,
): Promise<NarFound> {
  const file = await bucket.get(key, { signal });
  if (!file) return { state: 'gone' };
  const passing = { failure: undefined as unknown };
  const unpacked = pipeline(
    Readable.from(noted(file.body, passing, onBytes)),
    decompressor(narInfo.compression, narInfo.narSize),
    () => undefined,
  );
  try {
    return { state: 'sound', listing: await listNar(asSigned(unpacked, narInfo)) };
  } catch (error) {
    signal.throwIfAborted();
    const { failure } = passing;
    if (failure instanceof BucketFailed && failure.facts.code === LOST_ON_DISK)
      return { state: 'rotten', flaw: describeError(failure).message, etag: file.etag, lost: failure };
    if (failure !== undefined) throw failure;
    return { state: 'rotten', flaw: describeError(error).message, etag: file.etag };
  }
}

/** The bucket's failure is not the archive's: it is kept apart. */
async function* noted(
  body: AsyncIterable<Uint8Array>,
  passing: { failure: unknown },
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of body) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    passing.failure = error;
    throw error;
  }
  return undefined;
}
