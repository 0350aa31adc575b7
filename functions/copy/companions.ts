/**
 * What goes with a NAR: its listing, and the debug symbols it has. Both are made from the verified NAR, so they need no trust
 * and no request; upstream's own listings are zstd since 2026-06, which older clients can't read.
 */

import { pipeline, Readable } from 'node:stream';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import { listingKey } from '../../shared/nix/cache-object.ts';
import { debugInfoIn } from '../../shared/nix/debug-info.ts';
import { decompressor } from '../../shared/nix/decompress.ts';
import { LISTING_METADATA, packListing } from '../../shared/nix/listing-object.ts';
import { type Listing, listNar } from '../../shared/nix/nar-listing.ts';
import type { NarInfo } from '../../shared/nix/narinfo.ts';
import { parseStorePathBaseName, type StorePathHash } from '../../shared/nix/store-path.ts';

export interface CompanionDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put'>;
}

export interface HeldNar {
  readonly narInfo: NarInfo;
  readonly key: string;
  /** Seen as the NAR passed; absent when the NAR was here already. */
  readonly listing: Listing | undefined;
}

export async function bringCompanions(held: HeldNar, { bucket }: CompanionDeps, signal: AbortSignal): Promise<void> {
  const own = listingKey(held.narInfo.storePath.hash);
  if (!held.listing) {
    if (await bucket.head(own, signal)) return;
    if (await takeOver(held.key, own, bucket, signal)) return;
  }
  const listing = held.listing ?? (await listHeld(held, bucket, signal));
  for (const { key, text } of debugInfoIn(listing, held.key)) {
    await bucket.put(key, text, { only: { ifNoneMatch: '*' }, signal }).catch(ifNotFirst);
  }
  await bucket.put(own, await packListing(listing), { metadata: LISTING_METADATA, signal });
}

/** The listing of the path that brought this NAR is that of every path that shares it. */
async function takeOver(
  narKey: string,
  own: string,
  bucket: CompanionDeps['bucket'],
  signal: AbortSignal,
): Promise<boolean> {
  const broughtBy = (await bucket.head(narKey, signal))?.metadata['store-path'];
  const sibling = broughtBy === undefined ? undefined : hashIn(broughtBy);
  const listing = sibling && (await bucket.get(listingKey(sibling), { signal }));
  if (!listing) return false;
  await bucket.put(own, await bytesOf(listing.body), { metadata: listing.metadata, signal });
  return true;
}

/** Metadata of a bucket that others may write to as well. */
function hashIn(baseName: string): StorePathHash | undefined {
  try {
    return parseStorePathBaseName(baseName).hash;
  } catch {
    return undefined;
  }
}

/** A cut came between the NAR and its listing: it is read once more, from here. */
async function listHeld(
  { narInfo, key }: HeldNar,
  bucket: CompanionDeps['bucket'],
  signal: AbortSignal,
): Promise<Listing> {
  const nar = await bucket.get(key, { signal });
  if (!nar) throw new Conflict(`${key} is gone`, { key });
  return listNar(
    pipeline(Readable.from(nar.body), decompressor(narInfo.compression, narInfo.narSize), () => undefined),
  );
}

/** Two builds may have the same build id; the first one stays, as in Nix. */
function ifNotFirst(error: unknown): void {
  if (!(error instanceof Conflict)) throw error;
}
