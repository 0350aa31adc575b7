/**
 * What was made a moment ago, for all who ask for the same: a page of figures takes some milliseconds in which nothing else is answered,
 * and what Nix waits for is answered beside it.
 */
import { LRUCache } from 'lru-cache';
import { waited } from '../../waits.ts';

export interface LatelyOptions {
  /** How long it is good, from when it was begun. */
  readonly forMs: number;
  readonly most: number;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
}

/** What fails is not remembered. @param make what is asked for by a name, which it alone depends on */
export function lately<T>({ forMs, most, now }: LatelyOptions): (name: string, make: () => Promise<T>) => Promise<T> {
  const made = new LRUCache<string, { readonly value: Promise<T>; readonly until: number }>({ max: most });
  return (name, make) => {
    const known = made.get(name);
    if (known && now() < known.until) return waited(known.value);
    const value = make();
    made.set(name, { value, until: now() + forMs });
    value.catch(() => {
      if (made.peek(name)?.value === value) made.delete(name);
    });
    return value;
  };
}
