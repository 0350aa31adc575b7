/**
 * Where a release that an operator asked for stands among those that its channel has named: before the one at which the channel is here, so
 * that nothing moves, and among those that publish follows, so that it settles. Pure.
 */
import { MOST_FOLLOWED, type SeenRelease } from '../../events/channel-seen.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';

/**
 * @param at where the channel stands here; undefined when it does not yet
 * @param stillToSettle releases asked for before which are not settled: they keep their places
 * @returns undefined when there is no place left.
 */
export function withBackfilled(
  releases: readonly SeenRelease[],
  asked: SeenRelease,
  at: ReleasePrefix | undefined,
  stillToSettle: ReadonlySet<ReleasePrefix>,
): readonly SeenRelease[] | undefined {
  const others = releases.filter(({ release }) => release !== asked.release);
  const named = others.filter(({ backfilled }) => !backfilled);
  const here = named.findIndex(({ release }) => release === at);
  const [before, after] = [named.slice(0, Math.max(0, here)), named.slice(Math.max(0, here))];
  const waiting = others.filter(({ release, backfilled }) => backfilled && stillToSettle.has(release));
  const settled = others.filter(({ release, backfilled }) => backfilled && !stillToSettle.has(release));
  if (waiting.length + after.length >= MOST_FOLLOWED) return undefined;
  return [...settled, ...before, ...waiting, { ...asked, backfilled: true }, ...after];
}
