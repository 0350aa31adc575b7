/**
 * Has copy try an unavailable path now: its record says when it is due, and that becomes now. By compare-and-swap: what copy has just
 * found out stays.
 */
import {
  formatPathUnavailable,
  isNextDue,
  parsePathUnavailable,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export interface MakeDueDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly now: () => Date;
}

/** Answers whether copy will try it: not when somebody has written the record meanwhile. */
export async function makeDue(hash: StorePathHash, { state, now }: MakeDueDeps, signal: AbortSignal): Promise<boolean> {
  const key = unavailableKey(hash);
  const stored = await state.get(key, { signal });
  const record = stored && readable(parsePathUnavailable, (await bytesOf(stored.body)).toString('utf8'));
  if (!stored || !record || isNextDue(record, now().getTime())) return true; // nothing keeps copy from it
  try {
    const text = formatPathUnavailable({ ...record, next: now().toISOString() });
    await state.put(key, text, { only: { ifMatch: stored.etag }, signal });
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
