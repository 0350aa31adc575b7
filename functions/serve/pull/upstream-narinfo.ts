/** What upstream says about a store path, if it may be passed on: signed by a trusted key, and with its NAR where we can point to. */
import { Malformed, Unavailable } from '../../../shared/errors.ts';
import { type NarInfo, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import { requireTrusted } from '../../../shared/nix/require-trusted.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { BinaryCache } from '../../../shared/upstream/binary-cache.ts';
import { narAddress } from './nar-address.ts';

export interface UpstreamNarInfoDeps {
  readonly upstream: Pick<BinaryCache, 'narInfo'>;
  readonly upstreamUrl: string;
  readonly trustedKeys: readonly PublicKey[];
}

export interface UpstreamNarInfo {
  /** Byte for byte. */
  readonly original: Buffer;
  readonly narInfo: NarInfo;
}

/** @returns undefined when upstream lacks it or has it wrong. @throws {UpstreamFailed} or the signal's reason. */
export async function readUpstreamNarInfo(
  hash: StorePathHash,
  { upstream, upstreamUrl, trustedKeys }: UpstreamNarInfoDeps,
  signal: AbortSignal,
): Promise<UpstreamNarInfo | undefined> {
  try {
    const original = await upstream.narInfo(hash, signal);
    const narInfo = parseNarInfo(original);
    const key = requireTrusted(narInfo, hash, trustedKeys);
    return narAddress(upstreamUrl, key) === undefined ? undefined : { original, narInfo };
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Malformed) return undefined;
    throw error;
  }
}
