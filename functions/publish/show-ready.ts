/**
 * Makes names: every narinfo whose references are all visible, and then those that were waiting for it. A reference is
 * written, and known to be written, before anything that names it.
 */
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import type { Log } from '../../shared/log.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Memory } from './memory.ts';

const WRITES_AT_ONCE = 32;

export interface ShowDeps {
  readonly bucket: Pick<Bucket, 'put'>;
  readonly state: Pick<Bucket, 'get' | 'delete'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
}

/** Answers how many became visible. */
export async function showReady(
  memory: Pick<Memory, 'index' | 'visible' | 'releases'>,
  deps: ShowDeps,
  signal: AbortSignal,
): Promise<number> {
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

async function show(
  hash: StorePathHash,
  { index, visible, releases }: Pick<Memory, 'index' | 'visible' | 'releases'>,
  { bucket, state, lease }: ShowDeps,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const staged = await state.get(stagedKey(hash), { signal });
  if (!staged) {
    index.unstage(hash);
    return false;
  }
  const original = await bytesOf(staged.body);
  const leased = await lease.keep(signal);
  await bucket.put(narInfoKey(hash), original, { size: original.length, signal: leased }); // byte for byte upstream's
  index.reveal(hash);
  visible.remember(hash);
  releases.reveal(hash);
  await state.delete(stagedKey(hash), signal);
  return true;
}
