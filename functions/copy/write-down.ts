/** Writes down that a store path can't be had, with its reason, evidence, and when it is to be asked for again. */
import {
  afterAttempt,
  formatPathUnavailable,
  type PathUnavailable,
  parsePathUnavailable,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';

export interface WriteDownDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  /** The first wait in milliseconds; it doubles with each attempt. */
  readonly retryAfterMs: number;
  readonly now: () => Date;
}

export async function writeDown(
  found: Pick<PathUnavailable, 'hash' | 'reason' | 'evidence'>,
  { state, retryAfterMs, now }: WriteDownDeps,
  signal: AbortSignal,
): Promise<PathUnavailable> {
  const earlier = readable(parsePathUnavailable, await getText(state, unavailableKey(found.hash), signal));
  const record = afterAttempt(earlier, found, retryAfterMs, now());
  await state.put(unavailableKey(found.hash), formatPathUnavailable(record), { signal });
  return record;
}
