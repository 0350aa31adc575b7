/**
 * Makes names: every narinfo whose references are all visible, and then those that were waiting for it. A reference is
 * written, and known to be written, before anything that names it.
 *
 * Each NAR is looked at first: copy may have found it here, and staged its path, while collect took it away. NARs go only under
 * the lease, so one that is seen here is there when it is named.
 */
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import type { Log } from '../../shared/log.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Memory } from './memory.ts';

const WRITES_AT_ONCE = 32;

export interface ShowDeps {
  readonly bucket: Pick<Bucket, 'head' | 'put'>;
  readonly state: Pick<Bucket, 'get' | 'delete'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
}

type Shown = Pick<Memory, 'index' | 'visible' | 'releases' | 'damaged'>;

/** Answers how many became visible. */
export async function showReady(memory: Shown, deps: ShowDeps, signal: AbortSignal): Promise<number> {
  const { index } = memory;
  const underWay = new Set<Promise<void>>();
  let shown = 0;
  let failure: { readonly error: unknown } | undefined;

  const begin = (hash: StorePathHash): void => {
    const showing = show(hash, memory, deps, signal)
      .then((done) => {
        shown += done ? 1 : 0;
      })
      .catch((error: unknown) => {
        index.giveBack(hash);
        failure ??= { error };
      })
      .finally(() => underWay.delete(showing));
    underWay.add(showing);
  };

  for (;;) {
    while (!failure && underWay.size < WRITES_AT_ONCE) {
      const hash = index.takeReady();
      if (hash === undefined) break;
      begin(hash);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay); // one that ends may have made others ready
  }
  if (shown > 0) deps.log.info('narinfos.published', { count: shown });
  if (failure) throw failure.error;
  return shown;
}

async function show(hash: StorePathHash, memory: Shown, deps: ShowDeps, signal: AbortSignal): Promise<boolean> {
  const { index, visible, releases, damaged } = memory;
  const { bucket, state, lease, log } = deps;
  signal.throwIfAborted();
  const staged = await state.get(stagedKey(hash), { signal });
  if (!staged) {
    index.unstage(hash);
    return false;
  }
  const original = await bytesOf(staged.body);
  const leased = await lease.keep(signal);
  if (!(await hasItsNar(original, bucket, leased))) {
    log.warn('nar.gone', { 'store_path.hash': hash });
    await state.delete(stagedKey(hash), signal);
    index.unstage(hash);
    damaged.add(hash);
    return false;
  }
  await bucket.put(narInfoKey(hash), original, { size: original.length, signal: leased }); // byte for byte upstream's
  index.reveal(hash);
  visible.remember(hash);
  releases.reveal(hash);
  await state.delete(stagedKey(hash), signal);
  return true;
}

/** The very NAR: a key that exists proves nothing. */
async function hasItsNar(original: Uint8Array, bucket: Pick<Bucket, 'head'>, signal: AbortSignal): Promise<boolean> {
  const { url, narHash } = parseNarInfo(original);
  return (await bucket.head(url, signal))?.metadata['nar-hash'] === narHash;
}
