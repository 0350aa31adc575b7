/**
 * How long a request waits for a bucket or for upstream. Whoever is about to wait there says so (`waited`), also who only joins a
 * look-up that somebody else has begun; what is remembered says nothing, and so costs nothing. Waits side by side count once.
 *
 * Which request it is goes along by itself: a look-up lies many calls below the request, and most of them have no other use for it.
 * That costs a quarter of a microsecond for each request.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Waits {
  /** So far, in microseconds. */
  us(): number;
  during<T>(work: Promise<T>): Promise<T>;
  /** What is waited for in there is waited for by this request. */
  within<T>(work: () => Promise<T>): Promise<T>;
}

const asking = new AsyncLocalStorage<Waits>();

/** @param now milliseconds that only ever grow */
export function createWaits(now: () => number): Waits {
  let underWay = 0;
  let since = 0;
  let over = 0;
  const waits: Waits = {
    us: () => Math.ceil((over + (underWay > 0 ? now() - since : 0)) * 1_000),
    async during(work) {
      if (underWay === 0) since = now();
      underWay += 1;
      try {
        return await work;
      } finally {
        underWay -= 1;
        if (underWay === 0) over += now() - since;
      }
    },
    within: (work) => asking.run(waits, work),
  };
  return waits;
}

/** A wait of the request that is being answered, if one is. */
export const waited = <T>(work: Promise<T>): Promise<T> => asking.getStore()?.during(work) ?? work;
