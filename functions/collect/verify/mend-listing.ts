/** Makes a listing anew that is not here, and the debug links with it: from the NAR, once that is known to be the one that was signed. */
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { Conflict } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { debugInfoIn } from '../../../shared/nix/debug-info.ts';
import { LISTING_METADATA, packListing } from '../../../shared/nix/listing-object.ts';
import { parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { requireTrusted } from '../../../shared/nix/require-trusted.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { checkNar } from './check-nar.ts';

export interface MendDeps {
  readonly bucket: Pick<Bucket, 'get' | 'put'>;
  readonly trustedKeys: readonly PublicKey[];
}

/** @returns whether it is there now; not when its NAR is damaged, too. @throws {Malformed} or {Unavailable} when its narinfo is. */
export async function mendListing(hash: StorePathHash, deps: MendDeps, signal: AbortSignal): Promise<boolean> {
  const { bucket, trustedKeys } = deps;
  const stored = await bucket.get(narInfoKey(hash), { signal });
  if (!stored) return false;
  const narInfo = parseNarInfo(await bytesOf(stored.body));
  const key = requireTrusted(narInfo, hash, trustedKeys);
  const found = await checkNar(key, narInfo, { bucket, onBytes: () => undefined }, signal);
  if (found.state !== 'sound' || !found.listing) return false;
  for (const link of debugInfoIn(found.listing, key)) {
    await bucket.put(link.key, link.text, { only: { ifNoneMatch: '*' }, signal }).catch(ifNotFirst);
  }
  await bucket.put(listingKey(hash), await packListing(found.listing), { metadata: LISTING_METADATA, signal });
  return true;
}

/** Two builds may have the same build id; the first one stays, as in Nix. */
function ifNotFirst(error: unknown): void {
  if (!(error instanceof Conflict)) throw error;
}
