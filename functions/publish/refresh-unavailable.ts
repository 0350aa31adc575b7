/** Follows what copy has written down as unavailable: one listing, and one read for each record that is new or changed. */
import { parsePathUnavailable, UNAVAILABLE, unavailableKey } from '../../events/path-unavailable.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { inParallel } from './in-parallel.ts';
import type { Memory } from './memory.ts';

const READS_AT_ONCE = 16;

/** Answers how many were new, changed or gone. */
export async function refreshUnavailable(
  memory: Pick<Memory, 'index' | 'visible' | 'unavailable' | 'asked' | 'askedAgain'>,
  { state }: { readonly state: Pick<Bucket, 'list' | 'get'> },
  signal: AbortSignal,
): Promise<number> {
  const { index, unavailable } = memory;
  const etags = new Map<string, string>();
  for await (const { key, etag = '' } of state.list(UNAVAILABLE, { etags: true, signal })) etags.set(key, etag);

  const gone = [...unavailable.keys()].filter((hash) => !etags.has(unavailableKey(hash)));
  for (const hash of gone) {
    unavailable.delete(hash);
    index.setUnavailable(hash, false);
  }

  const known = new Map([...unavailable.values()].map(({ hash, etag }) => [unavailableKey(hash), etag]));
  const changed = [...etags].filter(([key, etag]) => known.get(key) !== etag);
  await inParallel(changed, READS_AT_ONCE, async ([key, etag]) => {
    const text = await getText(state, key, signal);
    if (text === undefined) return;
    const record = parsePathUnavailable(text);
    unavailable.set(record.hash, { ...record, etag });
    index.setUnavailable(record.hash, record.reason !== 'failing');
    memory.asked.delete(record.hash);
    memory.askedAgain.delete(record.hash);
    await memory.visible.isVisible(record.hash, signal); // so that `forgetHealed` knows
  });
  return gone.length + changed.length;
}

/** Takes away the records of what has come after all. Answers how many. */
export async function forgetHealed(
  { index, visible, unavailable, askedAgain }: Pick<Memory, 'index' | 'visible' | 'unavailable' | 'askedAgain'>,
  { state }: { readonly state: Pick<Bucket, 'delete'> },
  signal: AbortSignal,
): Promise<number> {
  const healed = [...unavailable.keys()].filter((hash: StorePathHash) => index.isStaged(hash) || visible.knows(hash));
  for (const hash of healed) {
    await state.delete(unavailableKey(hash), signal);
    unavailable.delete(hash);
    askedAgain.delete(hash);
    index.setUnavailable(hash, false);
  }
  return healed.length;
}
