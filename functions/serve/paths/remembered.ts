/** Something that is costly to find out and may be a little old: read once for all who ask at once, and again after a while. */
export interface RememberedOptions {
  /** How old it may be, in milliseconds. */
  readonly ms: number;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
}

/** A failure is not remembered. */
export function remembered<T>(read: () => Promise<T>, { ms, now }: RememberedOptions): () => Promise<T> {
  let known: { readonly value: T; readonly at: number } | undefined;
  let reading: Promise<T> | undefined;
  return async () => {
    if (known && now() - known.at < ms) return known.value;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    const value = await reading;
    known = { value, at: now() };
    return value;
  };
}
