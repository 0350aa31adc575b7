/**
 * copy: one store path, no recursion. First the bytes, which nobody names yet; then, last, `staged/<hash>.narinfo`.
 *
 * Cut at any point it leaves at worst a NAR that no narinfo mentions, and the next run takes that one up. Done twice it
 * does nothing the second time.
 */
import {
  isNextDue,
  type PathUnavailable,
  parsePathUnavailable,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { Conflict, Malformed, Unavailable } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { type NarInfo, parseNarInfo } from '../../shared/nix/narinfo.ts';
import { requireTrusted } from '../../shared/nix/require-trusted.ts';
import type { PublicKey } from '../../shared/nix/signature.ts';
import { formatBaseName, type StorePathHash } from '../../shared/nix/store-path.ts';
import type { BinaryCache } from '../../shared/upstream/binary-cache.ts';
import { bringBuildLog } from './build-log.ts';
import { bringCompanions } from './companions.ts';
import { requireAllowedSize } from './require-allowed-size.ts';
import { type Seen, verified } from './verified.ts';

export interface CopyDeps {
  readonly upstream: BinaryCache;
  /** Copy can never delete. */
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put'>;
  readonly state: Pick<Bucket, 'head' | 'get' | 'put'>;
  readonly log: Log;
  /** Whether build logs come along. */
  readonly copyLogs: boolean;
  readonly trustedKeys: readonly PublicKey[];
  /** `COPY_MAX_NAR_BYTES` */
  readonly maxNarBytes?: number | undefined;
  readonly now: () => Date;
}

/** What is known of a path once its narinfo is trusted, and once its NAR has come; filled in on the way, for whoever tells of it. */
export interface Met {
  narInfo?: NarInfo;
  /** Of the NAR file, as upstream sent it. */
  fileBytes?: number;
}

/** `present`: visible or staged before. `not-due`: known to be unavailable, and not to be asked for yet. */
export type CopyDone =
  | { readonly outcome: 'present' }
  | { readonly outcome: 'not-due'; readonly record: PathUnavailable }
  | {
      readonly outcome: 'copied';
      readonly storePath: string;
      /** Bytes fetched from upstream for the NAR; none when it was here already. */
      readonly bytes: number;
      readonly narBytes: number;
      readonly fileHashRight: boolean;
    };

/** @throws {Unavailable} when upstream lacks it or has it wrong. */
export async function copyStorePath(
  hash: StorePathHash,
  deps: CopyDeps,
  signal: AbortSignal,
  met: Met = {},
): Promise<CopyDone> {
  const { upstream, bucket, state, trustedKeys } = deps;
  if ((await bucket.head(narInfoKey(hash), signal)) ?? (await state.head(stagedKey(hash), signal)))
    return { outcome: 'present' };
  const record = await notDueYet(hash, deps, signal);
  if (record) return { outcome: 'not-due', record };

  const original = await upstream.narInfo(hash, signal);
  const narInfo = readNarInfo(original, hash);
  const key = requireTrusted(narInfo, hash, trustedKeys);
  met.narInfo = narInfo;
  requireAllowedSize(narInfo, deps.maxNarBytes);
  const seen = await bringNar(key, narInfo, deps, signal);
  if (seen.fileBytes !== undefined) met.fileBytes = seen.fileBytes;
  await bringCompanions({ narInfo, key, listing: seen.listing }, deps, signal);
  await bringBuildLog(narInfo, deps, signal);
  await state.put(stagedKey(hash), original, { size: original.length, signal }); // verbatim, and last
  return {
    outcome: 'copied',
    storePath: formatBaseName(narInfo.storePath),
    bytes: seen.fileBytes ?? 0,
    narBytes: narInfo.narSize,
    fileHashRight: seen.fileHashRight ?? true,
  };
}

/** A narinfo that does not parse is upstream's fault, not the message's. */
function readNarInfo(original: Uint8Array, hash: StorePathHash): NarInfo {
  try {
    return parseNarInfo(original);
  } catch (cause) {
    if (cause instanceof Malformed)
      throw new Unavailable('corrupt', `the narinfo of ${hash} does not parse`, {}, cause);
    throw cause;
  }
}

/** A second delivery of a request that upstream has answered badly changes nothing, until the next attempt is due. */
async function notDueYet(
  hash: StorePathHash,
  { state, now }: CopyDeps,
  signal: AbortSignal,
): Promise<PathUnavailable | undefined> {
  const record = readable(parsePathUnavailable, await getText(state, unavailableKey(hash), signal));
  return record && record.reason !== 'failing' && !isNextDue(record, now().getTime()) ? record : undefined;
}

/** Puts the NAR file under upstream's key, unless the very same NAR is there. A key that holds another NAR stays as it is. */
async function bringNar(
  key: string,
  narInfo: NarInfo,
  { upstream, bucket }: CopyDeps,
  signal: AbortSignal,
): Promise<Seen> {
  if (await holdsNar(bucket, key, narInfo, signal)) return {};
  const seen: Seen = {};
  const file = await upstream.nar(key, signal);
  try {
    await bucket.put(key, verified(file.body, narInfo, seen), {
      ...(file.contentLength === undefined ? {} : { size: file.contentLength }), // upstream's header: FileSize is unsigned
      metadata: { 'nar-hash': narInfo.narHash, 'store-path': formatBaseName(narInfo.storePath) },
      only: { ifNoneMatch: '*' },
      signal,
    });
  } catch (error) {
    // Another copy was faster: two store paths may share one NAR.
    if (!(error instanceof Conflict && (await holdsNar(bucket, key, narInfo, signal)))) throw error;
  }
  return seen;
}

/** A key that exists proves nothing: the object carries the NarHash that it was verified for. */
async function holdsNar(
  bucket: Pick<Bucket, 'head'>,
  key: string,
  { narHash }: NarInfo,
  signal: AbortSignal,
): Promise<boolean> {
  const held = await bucket.head(key, signal);
  if (held && held.metadata['nar-hash'] !== narHash) {
    throw new Unavailable('corrupt', `${key} holds another NAR`, {
      key,
      holds: held.metadata['nar-hash'] ?? 'unknown',
    });
  }
  return held !== undefined;
}
