/** Which names and listings there are: what one listing found, and what has been asked of the bucket since. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { cacheObject, listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';

export interface KnownNames {
  /** Lists the whole bucket's. Memory: some hundred bytes for each. */
  list(signal: AbortSignal): Promise<void>;
  readonly names: ReadonlySet<StorePathHash>;
  readonly listings: ReadonlySet<StorePathHash>;
  isVisible(hash: StorePathHash, signal: AbortSignal): Promise<boolean>;
  hasListing(hash: StorePathHash, signal: AbortSignal): Promise<boolean>;
}

export function createKnownNames(bucket: Pick<Bucket, 'list' | 'head'>): KnownNames {
  const names = new Set<StorePathHash>();
  const listings = new Set<StorePathHash>();
  const ask =
    (known: Set<StorePathHash>, keyOf: (hash: StorePathHash) => string) =>
    async (hash: StorePathHash, signal: AbortSignal): Promise<boolean> => {
      if (known.has(hash)) return true;
      const found = (await bucket.head(keyOf(hash), signal)) !== undefined;
      if (found) known.add(hash);
      return found;
    };
  return {
    names,
    listings,
    async list(signal) {
      for await (const { key } of bucket.list('', { shallow: true, signal })) {
        const object = cacheObject(`/${key}`);
        if (object?.kind === 'narinfo') names.add(object.hash);
        else if (object?.kind === 'listing') listings.add(object.hash);
      }
    },
    isVisible: ask(names, narInfoKey),
    hasListing: ask(listings, listingKey),
  };
}
