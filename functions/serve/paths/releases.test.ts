import { channelSeenKey, formatChannelSeen } from '../../../events/channel-seen.ts';
import { afterAttempt, formatPathUnavailable, unavailableKey } from '../../../events/path-unavailable.ts';
import { releaseKey } from '../../../events/release-manifest.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { parseChannelName, parseReleasePrefix } from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { askedFor } from '../../../shared/testing/serve-world.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import { pathAnswer } from './api.ts';
import { createLookUp } from './look-up.ts';
import { createRecords } from './records.ts';
import { createReleases } from './releases.ts';

const CHANNEL = parseChannelName('nixos-unstable');
const RELEASES = [1, 2].map((n) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.aaaaaaaaaaaa`));
const [listed, stranger] = [pathNamed('listed-1'), pathNamed('stranger-1')];

async function slowLists() {
  const [bucket, state] = [memoryBucket(), memoryBucket()];
  const releases = RELEASES.map((release) => ({ release, seenAt: '2026-11-22T00:00:00Z', fannedOut: true }));
  await state.put(channelSeenKey(CHANNEL), formatChannelSeen({ channel: CHANNEL, releases }));
  const file = await xz(`${formatStorePath(listed)}\n`);
  for (const release of RELEASES) await bucket.put(releaseKey(release, 'store-paths.xz'), file);
  const gate = Promise.withResolvers<void>();
  const slow: typeof bucket = {
    ...bucket,
    async get(key, options) {
      if (key.endsWith('store-paths.xz')) await gate.promise;
      return bucket.get(key, options);
    },
  };
  const [now, date] = [() => 1, () => new Date('2026-11-22')];
  const known = createReleases({ bucket: slow, state, now, patienceMs: 20 });
  return { lookUp: createLookUp({ bucket: slow, state, releases: known, now, date }), arrive: gate.resolve, known };
}

const asked = askedFor('/');

describe('releases whose lists are not read yet', () => {
  it('are counted, and nobody is told that a path is listed nowhere', async () => {
    const { lookUp, arrive, known } = await slowLists();
    const early = await lookUp.standingOf(stranger.hash);
    expect(early).toMatchObject({ state: 'unlisted', unreadReleases: 2 });
    expect(pathAnswer(asked, early)).toMatchObject({ status: 503, headers: { 'retry-after': '3' } });
    arrive();
    while ((await known.listing(stranger.hash)).unread > 0); // read on by itself
    expect(pathAnswer(asked, await lookUp.standingOf(stranger.hash))).toMatchObject({ status: 404 });
    expect(await lookUp.standingOf(listed.hash)).toMatchObject({ state: 'asked', releases: [{}, {}] });
  });
});

describe('records of what is unavailable', () => {
  it('are as many as may be listed, and it is said when there are more', async () => {
    const state = memoryBucket();
    const names = ['a', 'b', 'c'];
    for (const { hash } of names.map(pathNamed)) {
      const record = afterAttempt(undefined, { hash, reason: 'missing', evidence: '' }, 1_000, new Date(0));
      await state.put(unavailableKey(hash), formatPathUnavailable(record));
    }
    const read = async (most: number) => {
      const { records, complete } = await createRecords({ state, now: () => 1, most })();
      return [records.length, complete];
    };
    expect([await read(2), await read(3)]).toEqual([
      [2, false],
      [3, true],
    ]);
  });
});
