import fc from 'fast-check';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { nextPointer } from './next-pointer.ts';
import { settle } from './settle.ts';

const [here, broken, failing, referrer] = [
  pathNamed('here'),
  pathNamed('broken'),
  pathNamed('failing'),
  pathNamed('referrer'),
];
const all = new Map([here, broken, failing, referrer].map((path) => [path.hash, path]));
const pathOf = (hash: StorePathHash) => all.get(hash);
const unavailable = new Map([
  [broken.hash, { reason: 'corrupt' as const }],
  [failing.hash, { reason: 'failing' as const }],
]);
const blocked = new Map([[referrer.hash, broken.hash]]);

describe('settle', () => {
  it.each([
    ['nothing pending settles', [], []],
    [
      'an unavailable path and its referrers settle, with their reasons',
      [broken, referrer],
      [
        { path: broken, reason: 'corrupt' },
        { path: referrer, reason: 'blocked', because: broken.hash },
      ],
    ],
    ['a path that may still come does not', [here, broken], undefined],
    ['a failing path does not: upstream is at fault', [failing], undefined],
  ])('%s', (_rule, pending, missing) => {
    const settled = settle(
      pending.map(({ hash }) => hash),
      { unavailable, blocked, pathOf },
    );
    expect(settled && new Set(settled)).toEqual(missing && new Set(missing));
  });
});

describe('nextPointer', () => {
  const release = (n: number) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.abc`);
  const seen = (n: number) => ({
    releases: Array.from({ length: n }, (_, i) => ({
      release: release(i),
      seenAt: '2026-11-23T00:00:00Z',
      fannedOut: true,
    })),
  });

  it('only ever moves forward, only to a settled release, and to the newest one', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.option(fc.nat(8)), fc.array(fc.nat(8)));
    fc.assert(
      fc.property(cases, ([n, at, settled]) => {
        const here = at === null ? undefined : release(at);
        const next = nextPointer(seen(n), here, (r) => settled.some((i) => release(i) === r));
        const known = settled.filter((i) => i < n);
        const newest = known.length > 0 ? Math.max(...known) : -1;
        const from = at !== null && at < n ? at : -1;
        expect(next).toBe(newest > from ? release(newest) : undefined);
      }),
    );
  });

  it('goes to no release that the channel did not name', () => {
    const { releases } = seen(3);
    const asked = releases.map((one, i) => (i === 1 ? one : { ...one, backfilled: true }));
    expect(nextPointer({ releases: asked }, undefined, () => true)).toBe(release(1));
    expect(nextPointer({ releases: asked }, release(1), () => true)).toBeUndefined();
  });

  it('stays where it is when an older release settles later', () => {
    expect(nextPointer(seen(3), release(2), (r) => r !== release(1))).toBeUndefined();
    expect(nextPointer(seen(3), release(2), () => true)).toBeUndefined();
  });
});
