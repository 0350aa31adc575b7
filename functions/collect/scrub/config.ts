/** What the scrub needs to be told, beside what collect is. */
import { DEFAULTS } from '../../../shared/config/defaults.ts';
import { bytes, listOf } from '../../../shared/config/readers.ts';
import { CACHE_NIXOS_ORG_1, parsePublicKey } from '../../../shared/nix/signature.ts';

export const SCRUB = {
  /** None: nothing is scrubbed. */
  SCRUB_BYTES_PER_DAY: bytes(DEFAULTS.SCRUB_BYTES_PER_DAY),
  TRUSTED_PUBLIC_KEYS: listOf('public keys as name:base64', parsePublicKey, [CACHE_NIXOS_ORG_1]),
};
