/**
 * The narinfos that are here, from memory where they have been asked for lately, misses too. Bounded by bytes; body and
 * headers are built once. What many ask for at once is looked up once.
 */
import { LRUCache } from 'lru-cache';
import { readable } from '../../events/record.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { CACHE, type Given, type Headers } from './answer.ts';
import { type Small, small } from './small.ts';
import type { SteadyBucket } from './steady-bucket.ts';
import { waited } from './waits.ts';

export interface NarInfos {
  /** @throws {BucketFailed} or {Overloaded} when it can't be looked up. */
  find(hash: StorePathHash): Promise<Small | undefined>;
}

export interface NarInfosDeps {
  readonly bucket: SteadyBucket;
  readonly maxBytes: number;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
}

/** One that is withdrawn is still given for so long; its NAR stays far longer. */
const HIT_MS = 60_000;
/** A path that has just come is found so soon. */
const MISS_MS = 2_000;
/** Of an entry, besides its body: key, headers, name, the map's own. */
const OVERHEAD_BYTES = 2_816;

const MISS = Symbol('miss');

export const NARINFO_HEADERS: Headers = { 'content-type': 'text/x-nix-narinfo', 'cache-control': CACHE.day };

export function createNarInfos({ bucket, maxBytes, now }: NarInfosDeps): NarInfos {
  const cache = new LRUCache<StorePathHash, Small | typeof MISS>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: (held) => OVERHEAD_BYTES + (held === MISS ? 0 : held.body.length),
    ttl: HIT_MS,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (hash, _stale, { options }) => {
      const held = await read(hash);
      if (held === MISS) options.ttl = MISS_MS;
      return held;
    },
  });

  async function read(hash: StorePathHash): Promise<Small | typeof MISS> {
    const found = await bucket.read(narInfoKey(hash));
    if (!found) return MISS;
    return small({ ...found, headers: NARINFO_HEADERS, about: { cache: 'hit', given: givenIn(found.body, hash) } });
  }

  return {
    async find(hash) {
      const held = bucket.isDown() ? await read(hash) : (cache.get(hash) ?? (await waited(cache.fetch(hash))));
      return held === MISS ? undefined : held;
    },
  };
}

/** The name in a narinfo, if it is of the path that was asked for. Copied out: a part of a text keeps all of it in memory. */
function givenIn(body: Buffer, hash: StorePathHash): Given {
  const path = readable((text) => parseNarInfo(text).storePath, body.toString('latin1'));
  return path?.hash === hash ? { hash, name: Buffer.from(path.name).toString() } : { hash };
}
