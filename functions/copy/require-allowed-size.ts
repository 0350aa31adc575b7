/** How large a NAR may be to be fetched (`COPY_MAX_NAR_BYTES`). Pure. */
import { Unavailable } from '../../shared/errors.ts';
import type { NarInfo } from '../../shared/nix/narinfo.ts';

/** @throws {Unavailable} `too-large`, by the NarSize that was signed. @param most bytes; absent for no limit */
export function requireAllowedSize({ narSize, storePath }: NarInfo, most: number | undefined): void {
  if (most === undefined || narSize <= most) return;
  const message = `the NAR of ${storePath.hash} has ${narSize} bytes, more than COPY_MAX_NAR_BYTES of ${most}`;
  throw new Unavailable('too-large', message, { nar_bytes: narSize, limit: most });
}
