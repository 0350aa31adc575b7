/** What a narinfo must be before a byte of its NAR is fetched. Pure. */
import { Unavailable } from '../../shared/errors.ts';
import { isSupportedCompression } from '../../shared/nix/decompress.ts';
import { type NarInfo, narKey } from '../../shared/nix/narinfo.ts';
import { type PublicKey, verifiedBy } from '../../shared/nix/signature.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

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

/** @throws {Unavailable} `too-large`, by the NarSize that was signed. @param most bytes; absent for no limit */
export function requireAllowedSize({ narSize, storePath }: NarInfo, most: number | undefined): void {
  if (most === undefined || narSize <= most) return;
  const message = `the NAR of ${storePath.hash} has ${narSize} bytes, more than COPY_MAX_NAR_BYTES of ${most}`;
  throw new Unavailable('too-large', message, { nar_bytes: narSize, limit: most });
}
