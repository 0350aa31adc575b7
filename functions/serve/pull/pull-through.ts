/**
 * `ON_MISS=pull`: what is not here is answered from upstream at once, and asked of copy on the way.
 *
 * It costs a client under a second and nothing else: whatever goes wrong, the answer is the 404 that it would have been. No hash
 * that upstream lacks is logged: it may be of a path that is nobody's but the asker's.
 */
import { LRUCache } from 'lru-cache';
import { Overloaded, UpstreamFailed } from '../../../shared/errors.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { CACHE, type Headers } from '../answer.ts';
import type { Breaker } from '../breaker.ts';
import type { Gate } from '../gate.ts';
import { NARINFO_HEADERS } from '../narinfos.ts';
import { type Small, smallText } from '../small.ts';
import { waited } from '../waits.ts';
import { within } from '../within.ts';
import type { CopyRequests } from './copy-requests.ts';
import { narAddress } from './nar-address.ts';
import type { Pull, UpstreamNar } from './pull.ts';
import type { PullTrouble } from './pull-breaker.ts';
import { readUpstreamNarInfo, type UpstreamNarInfo, type UpstreamNarInfoDeps } from './upstream-narinfo.ts';

export interface PullThroughDeps extends UpstreamNarInfoDeps {
  readonly copyRequests: CopyRequests;
  /** Of upstream. */
  readonly breaker: Breaker<PullTrouble>;
  /** How many ask upstream at once. */
  readonly gate: Gate;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
  /** Default those below; for tests. */
  readonly patience?: Patience;
}

export interface Patience {
  /** For upstream, the wait for a place included. */
  readonly upstreamMs: number;
  /** For copy's queue, after that. What takes longer goes on without the client. */
  readonly askMs: number;
}

/** Together under a second. */
const PATIENCE: Patience = { upstreamMs: 600, askMs: 250 };

/** It will soon be ours: nobody should remember for long that it was not. */
const HEADERS: Headers = { ...NARINFO_HEADERS, 'cache-control': CACHE.minute, 'copycat-source': 'upstream' };

const HIT_MS = 60_000;
const MISS_MS = 30_000;
const MOST_BYTES = 8 * 2 ** 20;
const OVERHEAD_BYTES = 1_024;
/** NARs that are known by their narinfos: some 300 bytes each. */
const MOST_NARS = 8_192;
const MISS = Symbol('miss');

export function createPullThrough(deps: PullThroughDeps): Pull {
  const { breaker, gate, copyRequests, now, patience = PATIENCE } = deps;
  const cache = new LRUCache<StorePathHash, Small | typeof MISS>({
    maxSize: MOST_BYTES,
    sizeCalculation: (held) => OVERHEAD_BYTES + (held === MISS ? 0 : held.body.length),
    ttl: HIT_MS,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (hash, _stale, { options }) => {
      const found = await fromUpstream(hash);
      if (found) return answerable(hash, found);
      options.ttl = MISS_MS;
      return MISS;
    },
  });

  const nars = new LRUCache<string, Omit<UpstreamNar, 'url'>>({ max: MOST_NARS });

  async function fromUpstream(hash: StorePathHash): Promise<UpstreamNarInfo | undefined> {
    if (!breaker.passes()) throw new UpstreamFailed('upstream is left alone for now', { reason: 'down' });
    const signal = AbortSignal.timeout(patience.upstreamMs);
    try {
      const found = await gate.pass(() => readUpstreamNarInfo(hash, deps, signal));
      breaker.answered();
      return found;
    } catch (error) {
      if (!(error instanceof Overloaded)) breaker.failed(troubleIn(error));
      throw error;
    }
  }

  async function answerable(hash: StorePathHash, { original, narInfo }: UpstreamNarInfo): Promise<Small> {
    const asking = copyRequests.ask({ hash, bytes: narInfo.fileSize ?? narInfo.narSize });
    await within(patience.askMs)(asking);
    const given = { hash, name: Buffer.from(narInfo.storePath.name).toString() }; // not a part of the narinfo's text
    nars.set(Buffer.from(narInfo.url).toString(), { given, fileSize: narInfo.fileSize });
    return smallText(original, HEADERS, new Date(), { cache: 'upstream', given });
  }

  return {
    async narInfo(hash) {
      try {
        const held = cache.get(hash) ?? (await waited(cache.fetch(hash)));
        return held === MISS ? undefined : held;
      } catch {
        return undefined; // the breaker has said what there is to say
      }
    },
    nar(key) {
      const url = narAddress(deps.upstreamUrl, key);
      return url === undefined ? undefined : { url, ...nars.get(key) };
    },
  };
}

/** Without the address: it names the path. */
function troubleIn(error: unknown): PullTrouble {
  if (!(error instanceof UpstreamFailed)) return { reason: 'no answer in time' };
  const { reason, retryAfterMs } = error.facts;
  return {
    reason: typeof reason === 'string' ? reason : 'it failed',
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  };
}
