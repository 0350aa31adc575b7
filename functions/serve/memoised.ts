/** One answer for all who ask within a while, and for all who ask at once. */
import { waited } from './waits.ts';

export interface MemoisedOptions {
  /** How long an answer is good, in milliseconds. */
  readonly forMs: number;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
}

/** What fails is not remembered. */
export function memoised<T>(read: () => Promise<T>, { forMs, now }: MemoisedOptions): () => Promise<T> {
  let reading: Promise<T> | undefined;
  let known: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    if (known && now() < known.until) return known.value;
    reading ??= read()
      .then((value) => {
        known = { value, until: now() + forMs };
        return value;
      })
      .finally(() => {
        reading = undefined;
      });
    return waited(reading);
  };
}
