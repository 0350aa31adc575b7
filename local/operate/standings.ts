/**
 * Where store paths stand here: visible, staged, known to be unavailable, or none of these. For many, what is staged and unavailable is
 * listed, which costs a request for a thousand; for few it is looked up.
 */
import {
  hashOfUnavailableKey,
  type PathUnavailable,
  parsePathUnavailable,
  UNAVAILABLE,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { hashOfStagedKey, STAGED, stagedKey } from '../../events/staged.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export interface Standings {
  readonly visible: number;
  /** Copied, and to be visible once what they refer to is. */
  readonly staged: number;
  readonly unavailable: ReadonlyMap<StorePathHash, PathUnavailable>;
  readonly absent: readonly StorePathHash[];
}

export interface StandingsDeps {
  readonly bucket: Pick<Bucket, 'head'>;
  readonly state: Pick<Bucket, 'head' | 'get' | 'list'>;
  /** Told now and then of how many it is known whether they are visible. */
  readonly onProgress?: (looked: number) => void;
}

const LOOKS_AT_ONCE = 64;
const FEW = 1_000;

/** @throws what a bucket throws */
export async function lookUp(
  hashes: Iterable<StorePathHash>,
  { bucket, state, onProgress }: StandingsDeps,
  signal: AbortSignal,
): Promise<Standings> {
  const hidden = new Set<StorePathHash>();
  let [looked, visible, staged] = [0, 0, 0];
  await inParallel(hashes, LOOKS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    if (await bucket.head(narInfoKey(hash), signal)) visible += 1;
    else hidden.add(hash);
    looked += 1;
    if (looked % FEW === 0) onProgress?.(looked);
  });
  for (const hash of await stagedOf(hidden, state, signal)) {
    hidden.delete(hash);
    staged += 1;
  }
  const unavailable = new Map<StorePathHash, PathUnavailable>();
  await inParallel(await recordedOf(hidden, state, signal), LOOKS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    const record = readable(parsePathUnavailable, await getText(state, unavailableKey(hash), signal));
    if (record?.hash !== hash) return; // none, or a damaged one, which says nothing
    hidden.delete(hash);
    unavailable.set(hash, record);
  });
  return { visible, staged, unavailable, absent: [...hidden] };
}

async function stagedOf(
  hashes: ReadonlySet<StorePathHash>,
  state: Pick<Bucket, 'head' | 'list'>,
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> {
  if (hashes.size > FEW) return listed(STAGED, hashOfStagedKey, hashes, state, signal);
  const found: StorePathHash[] = [];
  await inParallel(hashes, LOOKS_AT_ONCE, async (hash) => {
    if (await state.head(stagedKey(hash), signal)) found.push(hash);
  });
  return found;
}

/** Of few all may have a record: it has to be read anyway. */
const recordedOf = async (
  hashes: ReadonlySet<StorePathHash>,
  state: Pick<Bucket, 'list'>,
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> =>
  hashes.size > FEW ? listed(UNAVAILABLE, hashOfUnavailableKey, hashes, state, signal) : [...hashes];

async function listed(
  prefix: string,
  hashOf: (key: string) => StorePathHash | undefined,
  wanted: ReadonlySet<StorePathHash>,
  state: Pick<Bucket, 'list'>,
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> {
  const found: StorePathHash[] = [];
  for await (const { key } of state.list(prefix, { signal })) {
    const hash = hashOf(key);
    if (hash && wanted.has(hash)) found.push(hash);
  }
  return found;
}
