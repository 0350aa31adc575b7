/** Which release one is compared with: the one before it, in the order in which its channel named them, that is settled. */
import { type ChannelSeen, MOST_FOLLOWED } from '../../events/channel-seen.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';

/** @param channels those that may have named it; the first that did decides. */
export async function comparedWith(
  release: ReleasePrefix,
  channels: Iterable<Pick<ChannelSeen, 'releases'>>,
  isSettled: (release: ReleasePrefix) => Promise<boolean>,
): Promise<ReleasePrefix | undefined> {
  for (const { releases } of channels) {
    const at = releases.findIndex((one) => one.release === release);
    const before = at < 0 ? [] : releases.slice(Math.max(0, at - MOST_FOLLOWED), at).reverse();
    for (const one of before) if (one.release !== release && (await isSettled(one.release))) return one.release;
    if (at >= 0) return undefined;
  }
  return undefined;
}
