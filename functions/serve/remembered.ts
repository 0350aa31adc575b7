/** What was looked up lately, absence too: bounded in number and in time. What many ask for at once is looked up once. */
import { LRUCache } from 'lru-cache';
import { waited } from './waits.ts';

export interface RememberOptions<K, V> {
  readonly read: (key: K) => Promise<V | undefined>;
  readonly ms: number;
  /** Of what was not there. Default as long. */
  readonly missMs?: number;
  readonly most: number;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
}

/** @throws what `read` throws; that is not remembered. */
export function remembered<K extends string, V>({ read, ms, missMs = ms, most, now }: RememberOptions<K, V>) {
  const cache = new LRUCache<K, { readonly found: V | undefined }>({
    max: most,
    ttl: ms,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (key, _stale, { options }) => {
      const found = await read(key);
      if (found === undefined) options.ttl = missMs;
      return { found };
    },
  });
  return async (key: K): Promise<V | undefined> => (cache.get(key) ?? (await waited(cache.fetch(key))))?.found;
}
