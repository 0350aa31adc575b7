/**
 * One host's breaker record as a process sees it: read again at most every two seconds, changed by compare-and-swap only, so
 * that of all who want to change it one does.
 *
 * When the store fails there is no record, and nothing is down: it says so once, and once when the store is back.
 */
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type BreakerRecord, breakerKey, formatBreaker, parseBreaker } from './breaker.ts';

/** The part of a bucket that a breaker needs; the state bucket fits. */
export interface BreakerStore {
  get(
    key: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly etag: string; readonly body: AsyncIterable<Uint8Array> } | undefined>;
  /** Rejects with an error of the code `CONFLICT` when the condition does not hold. */
  put(
    key: string,
    body: string,
    options: {
      readonly only: { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };
      readonly signal?: AbortSignal;
    },
  ): Promise<{ readonly etag: string }>;
}

export interface SharedRecord {
  /** @param fresh not what was read a moment ago */
  read(fresh?: boolean): Promise<BreakerRecord | undefined>;
  /** Whether it was this process that changed the record, from what it read last. */
  swap(record: BreakerRecord): Promise<boolean>;
}

export interface SharedRecordOptions {
  readonly host: string;
  readonly store: BreakerStore;
  readonly now: () => number;
  readonly log: Log;
}

const READ_EVERY_MS = 2_000;
/** A store that is slow is as good as none. */
const STORE_MS = 3_000;

interface Known {
  readonly record: BreakerRecord | undefined;
  readonly etag: string | undefined;
  readonly readAt: number;
}

export function sharedRecord({ host, store, now, log }: SharedRecordOptions): SharedRecord {
  const key = breakerKey(host);
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;
  let failing = false;

  async function load(): Promise<Known> {
    const readAt = now();
    try {
      const found = await within((signal) => fetchFrom(signal));
      if (failing) log.info('breaker.works', { host });
      failing = false;
      known = { ...found, readAt };
    } catch (error) {
      ignore(error);
      known = { record: undefined, etag: undefined, readAt };
    }
    return known;
  }

  async function fetchFrom(signal: AbortSignal): Promise<Pick<Known, 'record' | 'etag'>> {
    const found = await store.get(key, { signal });
    if (!found) return { record: undefined, etag: undefined };
    const chunks: Uint8Array[] = [];
    for await (const chunk of found.body) chunks.push(chunk);
    return { record: parseBreaker(Buffer.concat(chunks).toString('utf8')), etag: found.etag };
  }

  function ignore(error: unknown): void {
    if (!failing) log.warn('breaker.ignored', { host, error: describeError(error) });
    failing = true;
  }

  return {
    async read(fresh = false) {
      if (!fresh && known && Math.abs(now() - known.readAt) < READ_EVERY_MS) return known.record;
      reading ??= load().finally(() => {
        reading = undefined;
      });
      return (await reading).record;
    },

    async swap(record) {
      const seen = known;
      if (failing || !seen) return false;
      const only = seen.etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: seen.etag };
      try {
        const { etag } = await within((signal) => store.put(key, formatBreaker(record), { only, signal }));
        known = { record, etag, readAt: now() };
        return true;
      } catch (error) {
        known = undefined; // somebody else changed it, or nobody knows who did
        if (describeError(error).code !== 'CONFLICT') ignore(error);
        return false;
      }
    },
  };
}

/** Heeded even by a store that does not heed the signal. */
async function within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const ending = new AbortController();
  const timer = setTimeout(() => {
    const reason = new DOMException(`the store took longer than ${STORE_MS} ms`, 'TimeoutError');
    ending.abort(reason);
    reject(reason);
  }, STORE_MS);
  try {
    return await Promise.race([work(ending.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
