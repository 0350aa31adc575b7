/** A release that an operator asks for, and the collections that come after. */
import { channelSeenKey, formatChannelSeen, parseChannelSeen } from '../../events/channel-seen.ts';
import { PINS_KEY } from '../../events/pins.ts';
import { manifestKey, RETIRED_AT, releaseKey } from '../../events/release-manifest.ts';
import { addPin, readPins, removePin } from '../../functions/collect/pins.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import { namesOf, releaseNumber, UNSTABLE } from '../../shared/testing/collect-world.ts';
import { expectWhole, lib, lone, longMovedOn, oldApp } from '../../shared/testing/moved-channel.ts';
import { pinRelease } from './pin-releases.ts';
import { withBackfilled } from './with-backfilled.ts';

const older = releaseNumber(0);

/** The channel has long moved on; an operator asks for a release of before, which comes and settles. */
async function backfilled() {
  const world = await longMovedOn();
  const { state } = world;
  const { releases } = parseChannelSeen((await getText(state, channelSeenKey(UNSTABLE))) ?? '');
  const asked = { release: older, seenAt: world.now().toISOString(), fannedOut: true };
  const next = withBackfilled(releases, asked, releases.at(-1)?.release, new Set([older]));
  if (!next) throw new Error('there is no place for it');
  await world.fanOut(older, [lone.path, oldApp.path]); // one is new, the other of a release that is not retained
  await state.put(channelSeenKey(UNSTABLE), formatChannelSeen({ channel: UNSTABLE, releases: next }));
  await world.show(lone);
  await world.settle(older);
  const collectFor = async (days: number): Promise<void> => {
    for (let day = 0; day < days; day += 4) {
      await world.collect();
      world.pass(4);
    }
  };
  const held = async (): Promise<readonly string[]> => {
    const names = await world.names();
    return namesOf(lone, lib, oldApp).filter((name) => names.includes(name));
  };
  return { ...world, collectFor, held };
}

describe('a release that an operator asks for', () => {
  it('is not condemned by the next collection, and goes RETAIN_DAYS later', async () => {
    const world = await backfilled();
    await world.collectFor(28);
    expect((await world.bucket.head(manifestKey(older)))?.metadata[RETIRED_AT]).toBeUndefined();
    expect(await world.held()).toEqual(namesOf(lone, lib, oldApp));
    await world.collectFor(16);
    expect(await world.held()).toEqual([]);
  });

  it('stays when it is pinned, until it is unpinned', async () => {
    const world = await backfilled();
    await expect(pinRelease(older, world, world.live)).resolves.toBe(true);
    await world.collectFor(120);
    expect(await world.held()).toEqual(namesOf(lone, lib, oldApp));
    await expectWhole(world);
    await removePin({ release: older }, world.state, world.live);
    await world.collectFor(16);
    expect(await world.held()).toEqual([]);
  });

  it('keeps the note of who has pinned it before', async () => {
    const world = await backfilled();
    await addPin({ what: { release: older }, at: '2026-11-01T00:00:00.000Z', note: 'why' }, world.state, world.live);
    await expect(pinRelease(older, world, world.live)).resolves.toBe(true);
    expect((await readPins(world.state, world.live)).pins).toMatchObject([{ note: 'why' }]);
  });

  it('is not pinned while its list is not here, and collect goes on', async () => {
    const world = await longMovedOn();
    await expect(pinRelease(older, world, world.live)).resolves.toBe(false);
    expect(await world.state.head(PINS_KEY)).toBeUndefined();
    await expect(world.collect()).resolves.toMatchObject({ outcome: 'collected' });
  });

  it('is pinned though somebody else pins something at the same moment, and not for ever tried', async () => {
    const world = await backfilled();
    let conflicts = 2;
    const contested = {
      ...world,
      state: {
        ...world.state,
        put: (async (...args: Parameters<typeof world.state.put>) => {
          conflicts -= 1;
          if (conflicts >= 0) throw new Conflict('somebody was faster');
          return world.state.put(...args);
        }) as typeof world.state.put,
      },
    };
    await expect(pinRelease(older, contested, world.live)).resolves.toBe(true);
    conflicts = Number.POSITIVE_INFINITY;
    await removePin({ release: older }, world.state, world.live);
    await expect(pinRelease(older, contested, world.live)).rejects.toThrow(Conflict);
    expect(await world.bucket.head(releaseKey(older, 'store-paths.xz'))).toBeDefined();
  });
});
