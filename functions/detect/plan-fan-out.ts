/** What a release needs that is not guaranteed already. Pure. */
import type { FanOutPath } from '../../events/fan-out.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';

type Lookup = Pick<ReadonlySet<StorePathHash>, 'has'>;

export interface Guarantees {
  /** Visible by a release that is published: nothing to do, nothing to wait for. */
  readonly published: Lookup;
  /** Asked for by another release that is not settled: nothing to send, but to wait for. */
  readonly underWay: Lookup;
}

export async function planFanOut(
  listed: AsyncIterable<StorePath>,
  { published, underWay }: Guarantees,
): Promise<{ readonly listed: number; readonly paths: readonly FanOutPath[] }> {
  const tracked = new Map<StorePathHash, FanOutPath>();
  const all = new Set<StorePathHash>();
  for await (const path of listed) {
    all.add(path.hash);
    if (!published.has(path.hash)) tracked.set(path.hash, { path, underWay: underWay.has(path.hash) });
  }
  return { listed: all.size, paths: [...tracked.values()] };
}
