/** What a narinfo of upstream's must be before its NAR is fetched, or anybody is told of it. Pure. */
import { Unavailable } from '../errors.ts';
import { isSupportedCompression } from './decompress.ts';
import { type NarInfo, narKey } from './narinfo.ts';
import { type PublicKey, verifiedBy } from './signature.ts';
import type { StorePathHash } from './store-path.ts';

/**
 * @returns the key of its NAR in the bucket, which is upstream's own.
 * @throws {Unavailable} `corrupt` for another path's narinfo, `untrusted` without a signature of a trusted key,
 * `unsupported` when its NAR lies elsewhere or is compressed in a way that we can't check.
 */
export function requireTrusted(narInfo: NarInfo, hash: StorePathHash, trustedKeys: readonly PublicKey[]): string {
  if (narInfo.storePath.hash !== hash) {
    throw new Unavailable('corrupt', `the narinfo of ${hash} is that of ${narInfo.storePath.hash}`, {
      field: 'StorePath',
    });
  }
  if (verifiedBy(narInfo, trustedKeys) === undefined) {
    throw new Unavailable('untrusted', `no trusted key signed ${hash}`, { field: 'Sig', sigs: narInfo.sigs.length });
  }
  const key = narKey(narInfo);
  if (key === undefined) {
    throw new Unavailable('unsupported', `the NAR of ${hash} is not at a plain nar/<file>`, { field: 'URL' });
  }
  if (!isSupportedCompression(narInfo.compression)) {
    throw new Unavailable('unsupported', `the NAR of ${hash} is compressed as ${narInfo.compression}`, {
      field: 'Compression',
    });
  }
  return key;
}
