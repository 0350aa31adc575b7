import fc from 'fast-check';
import { MOST_FOLLOWED, type SeenRelease } from '../../events/channel-seen.ts';
import { nextPointer } from '../../functions/publish/next-pointer.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { withBackfilled } from './with-backfilled.ts';

const release = (n: number) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.abc`);
const seen = (n: number, backfilled = false): SeenRelease => ({
  release: release(n),
  seenAt: '2026-11-23T00:00:00Z',
  fannedOut: true,
  ...(backfilled ? { backfilled } : {}),
});
const order = (releases: readonly SeenRelease[] | undefined) => releases?.map((one) => one.release);

describe('withBackfilled', () => {
  it('puts a release before the one at which the channel stands', () => {
    expect(order(withBackfilled([seen(1), seen(2), seen(3)], seen(9), release(2), new Set()))).toEqual(
      [1, 9, 2, 3].map(release),
    );
  });

  it('puts it before all when the channel stands nowhere yet', () => {
    expect(order(withBackfilled([seen(1), seen(2)], seen(9), undefined, new Set()))).toEqual([9, 1, 2].map(release));
  });

  it('has it followed, moves no channel, drops none and follows those before it that are to settle', () => {
    const cases = fc.record({
      named: fc.integer({ min: 0, max: 14 }),
      asked: fc.integer({ min: 0, max: 14 }),
      at: fc.option(fc.nat(13)),
      settled: fc.array(fc.nat(13)),
    });
    fc.assert(
      fc.property(cases, ({ named, asked, at, settled }) => {
        let releases: readonly SeenRelease[] = Array.from({ length: named }, (_, n) => seen(n));
        const here = at !== null && at < named ? release(at) : undefined;
        const isSettled = (one: string) => settled.some((n) => release(n) === one);
        const waiting = new Set<ReturnType<typeof release>>();
        const before = nextPointer({ releases }, here, isSettled);
        for (let n = 0; n < asked; n += 1) {
          const next = withBackfilled(releases, seen(100 + n), here, waiting);
          if (!next) break;
          releases = next;
          waiting.add(release(100 + n));
        }
        const followed = releases.slice(-MOST_FOLLOWED).map((one) => one.release);
        for (const one of waiting) expect(followed).toContain(one);
        expect(nextPointer({ releases }, here, () => true)).toBe(
          nextPointer({ releases: releases.filter(({ backfilled }) => !backfilled) }, here, () => true),
        );
        expect(nextPointer({ releases }, here, isSettled)).toBe(before);
        expect(releases.length).toBe(named + waiting.size);
      }),
    );
  });

  it('has no place where publish follows ten others', () => {
    const ten = Array.from({ length: MOST_FOLLOWED }, (_, n) => seen(n));
    expect(withBackfilled(ten, seen(99), release(0), new Set())).toBeUndefined();
  });

  it('keeps one place for one that is asked for again', () => {
    const once = withBackfilled([seen(1)], seen(9), release(1), new Set()) ?? [];
    expect(order(withBackfilled(once, seen(9), release(1), new Set([release(9)])))).toEqual([9, 1].map(release));
  });
});
