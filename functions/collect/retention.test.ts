import { parseChannelName, type ReleasePrefix } from '../../shared/nix/release.ts';
import { DAY, releaseNumber, UNSTABLE } from '../../shared/testing/collect-world.ts';
import type { KnownRelease, Roots } from './read-roots.ts';
import { decideRetention } from './retention.ts';

const NOW = 1_000 * DAY;
const ago = (days: number): number => NOW - days * DAY;
const [r1, r2, r3, r4] = [1, 2, 3, 4].map(releaseNumber) as [
  ReleasePrefix,
  ReleasePrefix,
  ReleasePrefix,
  ReleasePrefix,
];
const nobody: ReadonlySet<ReleasePrefix> = new Set();
const stable = parseChannelName('nixos-26.05');

const known = (release: ReleasePrefix, more: Partial<KnownRelease> = {}): KnownRelease => ({
  release,
  settledAt: undefined,
  retiredAt: undefined,
  fannedOutAt: ago(500),
  files: true,
  ...more,
});
const settled = (release: ReleasePrefix, days: number): KnownRelease => known(release, { settledAt: ago(days) });

const decide = (releases: readonly KnownRelease[], more: Partial<Roots> = {}, policy = {}) => {
  const all = releases.map(({ release }) => release);
  const latest = releases.findLast(({ settledAt, retiredAt }) => settledAt !== undefined && retiredAt === undefined);
  const roots: Roots = {
    channels: [{ channel: UNSTABLE, seen: all, asked: nobody, at: latest?.release }],
    releases: new Map(releases.map((one) => [one.release, one])),
    pins: [],
    ...more,
  };
  const { needed, kept, gone, left } = decideRetention(
    roots,
    { channels: [UNSTABLE], releases: 1, ms: 30 * DAY, ...policy },
    NOW,
  );
  return { needed: Object.fromEntries(needed), kept, gone, left };
};

describe('which releases are kept', () => {
  it('where a channel stands, however old it is', () => {
    expect(decide([settled(r1, 400)])).toMatchObject({ needed: { [r1]: 'current' }, kept: [], gone: [] });
  });

  it('by when a newer one took their place, not by their own age', () => {
    expect(decide([settled(r1, 400), settled(r2, 29)])).toMatchObject({ needed: { [r2]: 'current' }, kept: [r1] });
    expect(decide([settled(r1, 400), settled(r2, 31)])).toMatchObject({ needed: { [r2]: 'current' }, gone: [r1] });
  });

  it('as many of the newest as RETAIN_RELEASES says, and those of RETAIN_DAYS besides', () => {
    const four = [settled(r1, 400), settled(r2, 300), settled(r3, 200), settled(r4, 100)];
    expect(decide(four, {}, { releases: 3 })).toMatchObject({ kept: [r3, r2], gone: [r1] });
    expect(decide(four, {}, { releases: 2, ms: 250 * DAY })).toMatchObject({ kept: [r3, r2], gone: [r1] });
  });

  it('one that a channel left less than a day ago is needed', () => {
    expect(decide([settled(r1, 400), settled(r2, 0.9)]).needed).toEqual({ [r1]: 'just superseded', [r2]: 'current' });
    expect(decide([settled(r1, 400), settled(r2, 1.1)]).kept).toEqual([r1]);
  });

  it('a later one that settled first took its place when it did', () => {
    expect(decide([settled(r1, 10), settled(r2, 40)])).toMatchObject({ needed: { [r2]: 'current' }, gone: [r1] });
  });

  it('one that an operator asked for: for RETAIN_DAYS after it settled, and in nobody’s place', () => {
    const channels = [{ channel: UNSTABLE, seen: [r1, r2, r3, r4], asked: new Set([r3]), at: r4 }];
    const decideOn = (days: number) =>
      decide([settled(r1, 400), settled(r2, 300), settled(r3, days), settled(r4, 200)], { channels }, { releases: 2 });
    expect(decideOn(0.5).needed).toEqual({ [r3]: 'just settled', [r4]: 'current' });
    expect(decideOn(29)).toMatchObject({ needed: { [r4]: 'current' }, kept: [r3, r2], gone: [r1] });
    expect(decideOn(31)).toMatchObject({ kept: [r2], gone: [r3, r1] });
    expect(decide([settled(r1, 400), settled(r2, 20), settled(r3, 25), settled(r4, 10)], { channels }).kept).toEqual([
      r2, // since ten days
      r1, // since twenty: the one that was asked for took nobody's place
      r3,
    ]);
  });

  it('those under way, as long as publish follows them', () => {
    const many = Array.from({ length: 12 }, (_, n) => known(releaseNumber(100 + n)));
    const { needed, gone } = decide([settled(r1, 1.5), ...many]);
    expect(Object.keys(needed)).toEqual([r1, ...many.slice(2).map(({ release }) => release)]);
    expect(gone).toEqual(many.slice(0, 2).map(({ release }) => release));
  });

  it('one that was retired and is seen again is under way; one that was retired is nothing', () => {
    const retired = { settledAt: ago(400), retiredAt: ago(100) };
    expect(decide([settled(r1, 400), known(r2, retired)]).needed).toMatchObject({ [r2]: 'under way' });
    expect(decide([settled(r1, 400), known(r2, { ...retired, fannedOutAt: undefined })])).toEqual({
      needed: { [r1]: 'current' },
      kept: [],
      gone: [],
      left: [],
    });
  });

  it('a pinned one, and one that another channel stands at', () => {
    const two = [settled(r1, 400), settled(r2, 300)];
    expect(decide(two, { pins: [{ what: { release: r1 }, at: '' }] }).needed).toMatchObject({ [r1]: 'pinned' });
    const channels = [
      { channel: UNSTABLE, seen: [r1, r2], asked: nobody, at: r2 },
      { channel: stable, seen: [r1], asked: nobody, at: r1 },
    ];
    expect(decide(two, { channels }).needed).toMatchObject({ [r1]: 'current' });
  });

  it('of a channel that is not followed any more only where it stands, and what RETAIN_DAYS keeps', () => {
    const channels = [{ channel: stable, seen: [r1, r2, r3], asked: nobody, at: r3 }];
    const three = [settled(r1, 400), settled(r2, 300), settled(r3, 20)];
    expect(decide(three, { channels }, { releases: 9 })).toMatchObject({
      needed: { [r3]: 'current' },
      kept: [r2],
      gone: [r1],
      left: [stable],
    });
  });

  it('one that is in no record: for RETAIN_DAYS after it settled, or after its list was written', () => {
    const channels = [{ channel: UNSTABLE, seen: [r4], asked: nobody, at: r4 }];
    const decideOn = (one: KnownRelease) => decide([one, settled(r4, 400)], { channels });
    expect(decideOn(settled(r1, 29)).kept).toEqual([r1]);
    expect(decideOn(settled(r1, 31)).gone).toEqual([r1]);
    expect(decideOn(known(r1, { fannedOutAt: ago(29) })).needed).toMatchObject({ [r1]: 'under way' });
    expect(decideOn(known(r1, { fannedOutAt: ago(31) })).gone).toEqual([r1]);
    expect(decideOn(known(r1, { fannedOutAt: undefined })).gone).toEqual([]); // detect may be just at it
  });
});
