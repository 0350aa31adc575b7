/** Takes in what copy has staged since the last tick: one listing, and one read for each path that is new. */
import { hashOfStagedKey, STAGED, stagedKey } from '../../events/staged.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { inParallel } from './in-parallel.ts';
import type { Memory } from './memory.ts';
import type { Pace } from './pace.ts';

const READS_AT_ONCE = 32;

/** Answers how many were new. */
export async function refreshStaged(
  memory: Pick<Memory, 'index' | 'visible' | 'asked'>,
  deps: { readonly state: Pick<Bucket, 'list' | 'get' | 'delete'>; readonly log: Log; readonly pace: Pace },
  signal: AbortSignal,
): Promise<number> {
  const { index, visible, asked } = memory;
  const listed = await deps.pace.listing(() => listStaged(deps.state, signal));
  for (const hash of [...index.staged]) if (!listed.has(hash)) index.unstage(hash);

  let found = 0;
  const news = [...listed].filter((hash) => !index.isStaged(hash));
  await inParallel(news, READS_AT_ONCE, async (hash) => {
    signal.throwIfAborted();
    // Made visible before, but cut before it was taken away here.
    if (visible.knows(hash)) return deps.state.delete(stagedKey(hash), signal);
    const references = await readReferences(hash, deps, signal);
    if (!references) return;
    const open: StorePathHash[] = [];
    for (const reference of references) {
      if (index.isStaged(reference) || !(await visible.isVisible(reference, signal))) open.push(reference);
    }
    index.stage(hash, open);
    asked.delete(hash);
    found += 1;
  });
  return found;
}

async function listStaged(state: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<ReadonlySet<StorePathHash>> {
  const hashes = new Set<StorePathHash>();
  for await (const { key } of state.list(STAGED, { signal })) {
    const hash = hashOfStagedKey(key);
    if (hash) hashes.add(hash);
  }
  return hashes;
}

/** Copy has checked it; one that does not parse was damaged since, and goes, so that it is asked for anew. */
async function readReferences(
  hash: StorePathHash,
  { state, log }: { readonly state: Pick<Bucket, 'get' | 'delete'>; readonly log: Log },
  signal: AbortSignal,
): Promise<readonly StorePathHash[] | undefined> {
  const staged = await state.get(stagedKey(hash), { signal });
  if (!staged) return undefined;
  try {
    return parseNarInfo(await bytesOf(staged.body)).references.map((reference) => own(reference.hash));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    log.error('staged.malformed', { 'store_path.hash': hash, error: describeError(error) });
    await state.delete(stagedKey(hash), signal);
    return undefined;
  }
}

/** A copy of its own: a slice would keep the whole narinfo in memory for as long as the hash is remembered. */
const own = (hash: StorePathHash): StorePathHash => Buffer.from(hash, 'latin1').toString('latin1') as StorePathHash;
