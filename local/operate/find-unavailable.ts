/** What copy has written down as unavailable, of which an operator means some. */
import {
  hashOfUnavailableKey,
  type PathUnavailable,
  parsePathUnavailable,
  type Reason,
  UNAVAILABLE,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export interface UnavailableFilter {
  /** Any of these; all when there is none. */
  readonly reasons: readonly Reason[];
  readonly paths: readonly StorePathHash[];
}

const READS_AT_ONCE = 32;

/** In the order of their hashes. Records that were damaged are due, and copy writes them anew without anybody's help. */
export async function findUnavailable(
  { reasons, paths }: UnavailableFilter,
  { state, onRead }: { readonly state: Pick<Bucket, 'list' | 'get'>; readonly onRead?: (records: number) => void },
  signal: AbortSignal,
): Promise<readonly PathUnavailable[]> {
  const found: PathUnavailable[] = [];
  let read = 0;
  const hashes = paths.length > 0 ? paths : await recorded(state, signal);
  await inParallel(new Set(hashes), READS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    const record = readable(parsePathUnavailable, await getText(state, unavailableKey(hash), signal));
    if (record?.hash === hash && (reasons.length === 0 || reasons.includes(record.reason))) found.push(record);
    read += 1;
    onRead?.(read);
  });
  return found.sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

async function recorded(state: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<readonly StorePathHash[]> {
  const keys = await Array.fromAsync(state.list(UNAVAILABLE, { signal }), ({ key }) => hashOfUnavailableKey(key));
  return keys.filter((hash) => hash !== undefined);
}
