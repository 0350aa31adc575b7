/** Takes in what copy has staged since the last tick: one listing, and one read for each path that is new. */
import { hashOfStagedKey, STAGED, stagedKey } from '../../events/staged.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type { Log } from '../../shared/log.ts';
import { type NarInfo, parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Memory } from './memory.ts';

const READS_AT_ONCE = 32;

/** What is staged and not in the index, unless it is withdrawn just now. What has gone meanwhile leaves the index. */
export async function findStaged(
  { index, withdrawn }: Pick<Memory, 'index' | 'withdrawn'>,
  { state }: { readonly state: Pick<Bucket, 'list'> },
  signal: AbortSignal,
): Promise<readonly StorePathHash[]> {
  const found: StorePathHash[] = [];
  let known = 0;
  for await (const hash of staged(state, signal)) {
    if (index.isStaged(hash)) known += 1;
    else if (!withdrawn.going.has(hash)) found.push(hash);
  }
  if (known < index.size) await forgetGone(index, state, signal);
  return found;
}

/** Rare: only publish takes staged narinfos away, and it knows what it takes. So the whole list is held only then. */
async function forgetGone(index: Memory['index'], state: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<void> {
  const listed = new Set<StorePathHash>();
  for await (const hash of staged(state, signal)) listed.add(hash);
  for (const hash of [...index.staged]) if (!listed.has(hash)) index.unstage(hash);
}

async function* staged(state: Pick<Bucket, 'list'>, signal: AbortSignal): AsyncGenerator<StorePathHash, undefined> {
  for await (const { key } of state.list(STAGED, { signal })) {
    const hash = hashOfStagedKey(key);
    if (hash) yield hash;
  }
  return undefined;
}

/** Reads these, and looks which of their references are visible. Answers how many were taken in. */
export async function takeIn(
  hashes: readonly StorePathHash[],
  { index, visible, asked, damaged, usage }: Pick<Memory, 'index' | 'visible' | 'asked' | 'damaged' | 'usage'>,
  deps: { readonly state: Pick<Bucket, 'get' | 'delete'>; readonly log: Log },
  signal: AbortSignal,
): Promise<number> {
  let taken = 0;
  await inParallel(hashes, READS_AT_ONCE, async (listed) => {
    signal.throwIfAborted();
    // Made visible before, but cut before it was taken away here.
    if (visible.knows(listed)) return deps.state.delete(stagedKey(listed), signal);
    const hash = index.own(listed);
    const found = await readStaged(hash, deps, signal);
    if (found === 'gone') return;
    if (found === 'damaged') {
      damaged.add(hash);
      return;
    }
    const open: StorePathHash[] = [];
    for (const reference of found.narInfo.references.map((one) => index.own(one.hash))) {
      if (index.isStaged(reference) || !(await visible.isVisible(reference, signal))) open.push(reference);
    }
    index.stage(hash, open);
    usage?.add(found.narInfo, found.lastModified);
    asked.delete(hash);
    taken += 1;
  });
  return taken;
}

/** Copy has checked it; one that does not parse was damaged since, and goes. */
async function readStaged(
  hash: StorePathHash,
  { state, log }: { readonly state: Pick<Bucket, 'get' | 'delete'>; readonly log: Log },
  signal: AbortSignal,
): Promise<{ readonly narInfo: NarInfo; readonly lastModified: Date } | 'gone' | 'damaged'> {
  const found = await state.get(stagedKey(hash), { signal });
  if (!found) return 'gone';
  try {
    return { narInfo: parseNarInfo(await bytesOf(found.body)), lastModified: found.lastModified };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    log.error('staged.malformed', { 'store_path.hash': hash, error: describeError(error) });
    await state.delete(stagedKey(hash), signal);
    return 'damaged';
  }
}
