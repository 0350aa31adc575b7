/** The objects of the binary cache as answers: what Nix asks for. */
import type { Log } from '../../shared/log.ts';
import { type CacheObject, debugInfoKey, logKey } from '../../shared/nix/cache-object.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import { type Answer, becauseOf, CACHE, type Headers, notFound, notFoundNow, redirect, withAbout } from './answer.ts';
import type { Asked } from './asked.ts';
import type { NarInfos } from './narinfos.ts';
import type { Pull } from './pull/pull.ts';
import { requestedRange } from './range.ts';
import { answerSmall, type Small } from './small.ts';
import { answerStored, type StoredDeps } from './stored.ts';
import { troubleOf } from './trouble.ts';

export interface ObjectDeps extends StoredDeps {
  /** `nix-cache-info` */
  readonly cacheInfo: Small;
  readonly narInfos: NarInfos;
  /** What asks upstream on a miss; absent with `ON_MISS=404`. */
  readonly pull?: Pull | undefined;
  readonly log: Log;
}

/** @throws {BucketFailed} or {Overloaded} when it can't be looked up; never for a narinfo. */
export async function answerObject(asked: Asked, object: CacheObject, deps: ObjectDeps): Promise<Answer> {
  switch (object.kind) {
    case 'nix-cache-info':
      return answerSmall(asked, deps.cacheInfo);
    case 'narinfo':
      return answerNarInfo(asked, object.hash, deps);
    case 'nar':
      return (await answerStored(asked, { key: object.key, headers: NAR }, deps)) ?? narMissed(asked, object.key, deps);
    case 'listing':
      return (
        (await answerStored(asked, { key: object.key, headers: LISTING, given: { hash: object.hash } }, deps)) ??
        notFound
      );
    case 'debuginfo':
      return (await answerStored(asked, { key: debugInfoKey(object.buildId), headers: DEBUGINFO }, deps)) ?? notFound;
    case 'log':
      return answerLog(asked, object.path, deps);
    case 'realisation': // a cache that has none
      return notFound;
  }
}

const NAR: Headers = { 'content-type': 'application/x-nix-nar', 'cache-control': CACHE.forever };
const LISTING: Headers = { 'content-type': 'application/json', 'cache-control': CACHE.day };
const DEBUGINFO: Headers = { 'content-type': 'application/json', 'cache-control': CACHE.day };
const LOG: Headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': CACHE.day };

async function answerNarInfo(asked: Asked, hash: StorePathHash, { narInfos, pull, log }: ObjectDeps): Promise<Answer> {
  try {
    const held = await narInfos.find(hash);
    if (held) return answerSmall(asked, held);
  } catch (error) {
    const trouble = troubleOf(error);
    log.debug('narinfo.not-looked-up', { error: trouble });
    return becauseOf(trouble, notFoundNow); // not asked of upstream either: the asker will do that
  }
  const pulled = await pull?.narInfo(hash);
  return pulled ? answerSmall(asked, pulled) : notFound;
}

/** Its narinfo was upstream's, or the object is gone: then upstream is where it may be. */
function narMissed({ range }: Asked, key: string, { pull }: ObjectDeps): Answer {
  const upstream = pull?.nar(key);
  if (!upstream) return notFound;
  const { url, given, fileSize = 0 } = upstream;
  const rest = requestedRange(range, fileSize);
  const promised = typeof rest === 'string' ? fileSize : fileSize - rest.first;
  return withAbout(redirect(url, { 'copycat-source': 'upstream' }), { cache: 'upstream', given, promised });
}

/** Nix asks for the log of a derivation. The short form names an output; its narinfo knows the derivation. */
async function answerLog(asked: Asked, path: StorePath, deps: ObjectDeps): Promise<Answer> {
  const answer = await answerLogOf(asked, path, deps);
  if (answer || path.name.endsWith('.drv')) return answer ?? notFound;
  const narInfo = await deps.narInfos.find(path.hash);
  const deriver = narInfo && parseNarInfo(narInfo.body).deriver;
  return (deriver && (await answerLogOf(asked, deriver, deps))) ?? notFound;
}

const answerLogOf = (asked: Asked, given: StorePath, deps: ObjectDeps): Promise<Answer | undefined> =>
  answerStored(asked, { key: logKey(given), headers: LOG, given }, deps);
