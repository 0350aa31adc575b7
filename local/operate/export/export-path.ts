/**
 * Copies one store path into a directory that is a binary cache: NAR, listing, and last its narinfo. What is there already is left as it is,
 * so an export that was cut goes on where it was.
 */
import { brotliDecompressSync } from 'node:zlib';
import { type Seen, verified } from '../../../functions/copy/verified.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { Malformed, Unavailable } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, narKey, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { formatBaseName, type StorePathHash } from '../../../shared/nix/store-path.ts';

export interface ExportDeps {
  readonly from: Pick<Bucket, 'head' | 'get'>;
  readonly to: Pick<Bucket, 'head' | 'get' | 'put'>;
  /** Whether each NAR is looked at as it passes, and one that is not the one that was signed is left out. */
  readonly verifies: boolean;
  /** Is told how many bytes were written. */
  readonly onBytes: (bytes: number) => void;
}

/** @throws {Unavailable} when it is not here, or its NAR is not the one that was signed. */
export async function exportPath(hash: StorePathHash, deps: ExportDeps, signal: AbortSignal): Promise<void> {
  const { from, to, onBytes } = deps;
  const stored = await from.get(narInfoKey(hash), { signal });
  if (!stored) throw new Unavailable('missing', `${narInfoKey(hash)} is not here any more`);
  const original = await bytesOf(stored.body);
  const narInfo = parsed(original, hash);
  await exportNar(narInfo, deps, signal);
  await exportListing(hash, deps, signal);
  const there = await to.get(narInfoKey(hash), { signal });
  if (there && (await bytesOf(there.body)).equals(original)) return;
  await to.put(narInfoKey(hash), original, { size: original.length, signal });
  onBytes(original.length);
}

function parsed(original: Uint8Array, hash: StorePathHash): NarInfo {
  try {
    return parseNarInfo(original);
  } catch (cause) {
    if (cause instanceof Malformed) throw new Unavailable('corrupt', `${narInfoKey(hash)} is damaged`, {}, cause);
    throw cause;
  }
}

async function exportNar(narInfo: NarInfo, deps: ExportDeps, signal: AbortSignal): Promise<void> {
  const { from, to, verifies, onBytes } = deps;
  const key = narKey(narInfo);
  if (key === undefined) throw new Unavailable('unsupported', `${narInfo.url} is no plain nar/<file>`);
  const [here, there] = await Promise.all([from.head(key, signal), to.head(key, signal)]);
  if (here && there?.size === here.size && there.metadata['nar-hash'] === narInfo.narHash) return;
  const file = await from.get(key, { signal });
  if (!file) throw new Unavailable('missing', `${key} is not here`);
  const seen: Seen = {};
  await to.put(key, verifies ? verified(file.body, narInfo, seen) : file.body, {
    size: file.size,
    metadata: { 'nar-hash': narInfo.narHash, 'store-path': formatBaseName(narInfo.storePath) },
    signal,
  });
  onBytes(file.size);
}

/** Plain: whoever serves the directory need not know of encodings. Nothing is promised of it, so one that is lacking is no failure. */
async function exportListing(
  hash: StorePathHash,
  { from, to, onBytes }: ExportDeps,
  signal: AbortSignal,
): Promise<void> {
  const key = listingKey(hash);
  if (await to.head(key, signal)) return;
  const stored = await from.get(key, { signal });
  if (!stored) return;
  const bytes = await bytesOf(stored.body);
  const plain = stored.metadata['content-encoding'] === 'br' ? brotliDecompressSync(bytes) : bytes;
  await to.put(key, plain, { size: plain.length, signal });
  onBytes(plain.length);
}
