/** Follows what copy has written down as unavailable: one listing, and one read for each record that is new or changed. */
import {
  hashOfUnavailableKey,
  type PathUnavailable,
  parsePathUnavailable,
  UNAVAILABLE,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { Log } from '../../shared/log.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Memory } from './memory.ts';

const READS_AT_ONCE = 16;

/** Answers how many were new, changed or gone. */
export async function refreshUnavailable(
  memory: Pick<Memory, 'index' | 'visible' | 'unavailable' | 'asked' | 'askedAgain'>,
  { state, log }: { readonly state: Pick<Bucket, 'list' | 'get'>; readonly log: Log },
  signal: AbortSignal,
): Promise<number> {
  const { index, unavailable } = memory;
  const listed = new Map<StorePathHash, string>();
  for await (const { key, etag = '' } of state.list(UNAVAILABLE, { etags: true, signal })) {
    const hash = hashOfUnavailableKey(key);
    if (hash) listed.set(hash, etag);
  }

  const gone = [...unavailable.keys()].filter((hash) => !listed.has(hash));
  for (const hash of gone) {
    unavailable.delete(hash);
    index.setUnavailable(hash, false);
  }

  const changed = [...listed].filter(([hash, etag]) => unavailable.get(hash)?.etag !== etag);
  await inParallel(changed, READS_AT_ONCE, async ([hash, etag]) => {
    const text = await getText(state, unavailableKey(hash), signal);
    if (text === undefined) return;
    const read = readable(parsePathUnavailable, text);
    if (read?.hash !== hash) log.error('unavailable.damaged', { 'store_path.hash': hash });
    const record = read?.hash === hash ? read : unknownReason(hash);
    unavailable.set(hash, { ...record, etag });
    index.setUnavailable(hash, record.reason !== 'failing');
    memory.asked.delete(hash);
    memory.askedAgain.delete(hash);
    await memory.visible.isVisible(hash, signal); // so that `forgetHealed` knows
  });
  return gone.length + changed.length;
}

/** A record that was damaged says nothing, so it settles nothing; it is due, and copy writes it anew. */
function unknownReason(hash: StorePathHash): PathUnavailable {
  const never = new Date(0).toISOString();
  return { hash, reason: 'failing', evidence: '', since: never, attempts: 0, last: never, next: never };
}

/** Takes away the records of what has come after all. Answers how many. */
export async function forgetHealed(
  { index, visible, unavailable, askedAgain }: Pick<Memory, 'index' | 'visible' | 'unavailable' | 'askedAgain'>,
  { state }: { readonly state: Pick<Bucket, 'delete'> },
  signal: AbortSignal,
): Promise<number> {
  const healed = [...unavailable.keys()].filter((hash) => index.isStaged(hash) || visible.knows(hash));
  for (const hash of healed) {
    await state.delete(unavailableKey(hash), signal);
    unavailable.delete(hash);
    askedAgain.delete(hash);
    index.setUnavailable(hash, false);
  }
  return healed.length;
}
