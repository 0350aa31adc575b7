import { channelPointerKey } from '../../events/channel-pointer.ts';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { noRecordLog } from '../../events/log-record.ts';
import { formatPathUnavailable, unavailableKey } from '../../events/path-unavailable.ts';
import { formatPins, PINS_KEY } from '../../events/pins.ts';
import { stagedKey } from '../../events/staged.ts';
import { createLease } from '../../shared/bucket/lease.ts';
import { noMetrics } from '../../shared/metrics.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { type CollectWorld, namesOf, UNSTABLE } from '../../shared/testing/collect-world.ts';
import {
  all,
  base,
  expectWhole,
  lib,
  lone,
  longMovedOn,
  movedOn,
  newApp,
  oldApp,
  r1,
  r2,
  r3,
} from '../../shared/testing/moved-channel.ts';
import { storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { copyStorePath } from '../copy/copy-store-path.ts';
import { createPublisher } from '../publish/publisher.ts';

describe('collect and the lease', () => {
  const publishing = (world: CollectWorld) => createLease({ state: world.state, holder: 'machine', now: world.now });

  it('waits until publish gives it up, and gives it back so that publish goes on at once, in a new term', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const publish = publishing(world);
    await publish.hold(world.live);
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      await publish.hold(world.live); // its ticks
    };
    await world.collector({}, { sleep }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    expect(await world.names()).toEqual(namesOf(base, newApp));
    await expect(publish.hold(world.live)).resolves.toBe(3);
  });

  it('leaves publish its term when it deleted nothing that publish knows by heart', async () => {
    const world = await movedOn();
    await world.bring(lone);
    await world.collect();
    world.pass(32);
    const publish = publishing(world);
    await publish.hold(world.live);
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      await publish.hold(world.live);
    };
    const run = world
      .collector({ releases: 9 }, { sleep })
      .run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    await expect(run).resolves.toMatchObject({ figures: { deletedNars: 1 } });
    await expect(publish.hold(world.live)).resolves.toBe(1);
  });

  it('does not take it where nothing is due', async () => {
    const world = await longMovedOn();
    await world.collect();
    expect(await world.state.head('lease.json')).toBeUndefined();
  });

  it('deletes nothing while it can’t have it, and is due again', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const publish = publishing(world);
    await publish.hold(world.live);
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      await publish.keep(world.live); // in one long tick
    };
    const run = world.collector({}, { sleep }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    await expect(run).resolves.toMatchObject({ outcome: 'under-way', figures: { deletedObjects: 0 } });
    expect(await world.names()).toEqual(namesOf(...all));
  });

  it.each<[string, (world: CollectWorld) => Promise<unknown>, readonly (typeof base)[]]>([
    [
      'a release that lists it was seen',
      async (world) => {
        await world.fanOut(r3, [lib.path]);
        await world.see([r1, r2, r3]);
      },
      [lib],
    ],
    [
      'a name that refers to it was published',
      (world) => world.show(storeObject('late', { references: [lib.path] })),
      [lib],
    ],
    [
      'a path that refers to it was staged',
      (world) => world.state.put(stagedKey(oldApp.hash), oldApp.narInfo),
      [lib, oldApp],
    ],
    [
      'it was pinned',
      (world) =>
        world.state.put(PINS_KEY, formatPins([{ what: { path: oldApp.path }, at: world.now().toISOString() }])),
      [lib, oldApp],
    ],
    [
      'the very name came anew',
      async (world) => {
        await world.bucket.delete(narInfoKey(oldApp.hash));
        await world.bucket.put(narInfoKey(oldApp.hash), oldApp.narInfo);
      },
      [lib, oldApp],
    ],
  ])('spares, at the last moment, what became needed while it waited for it: %s', async (_how, need, spared) => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const publish = publishing(world);
    await publish.hold(world.live);
    let needed = false;
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      if (!needed) await need(world);
      needed = true;
      await publish.hold(world.live);
    };
    await world.collector({}, { sleep }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    expect(needed).toBe(true);
    expect(await world.names()).toEqual(expect.arrayContaining([...namesOf(...spared)]));
    await expectWhole(world);
  });

  it('spares, at the last moment, what a path refers to that was unavailable, and was staged while it waited for the lease', async () => {
    const world = await longMovedOn();
    const healed = storeObject('healed', { references: [lib.path] });
    const record = { reason: 'missing' as const, evidence: '', since: '2026-11-01T00:00:00.000Z', attempts: 1 };
    const dates = { last: record.since, next: record.since };
    await world.state.put(
      unavailableKey(healed.hash),
      formatPathUnavailable({ hash: healed.hash, ...record, ...dates }),
    );
    await world.fanOut(r3, [healed.path]);
    await world.see([r1, r2, r3]);
    await world.collect();
    world.pass(8);
    const publish = publishing(world);
    await publish.hold(world.live);
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      await world.state.put(stagedKey(healed.hash), healed.narInfo);
      await publish.giveBack({ changed: true }, world.live);
    };
    await world.collector({}, { sleep }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    expect(await world.names()).toContain(narInfoKey(lib.hash));
    expect(await world.names()).not.toContain(narInfoKey(oldApp.hash));
  });

  it('takes nothing away when it finds then that something can’t be read, and gives it back', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const publish = publishing(world);
    await publish.hold(world.live);
    const sleep = async (ms: number) => {
      world.clock.now += ms;
      await world.bucket.put(channelPointerKey(UNSTABLE), '{');
      await publish.hold(world.live);
    };
    const run = world.collector({}, { sleep }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    await expect(run).resolves.toMatchObject({ outcome: 'refused' });
    expect(await world.names()).toEqual(namesOf(...all));
    await expect(publish.hold(world.live)).resolves.toBe(1);
  });
});

describe('collect and a copy that finds the NAR just before it goes', () => {
  it('make no name without it: publish looks, and has it brought anew', async () => {
    const world = await movedOn();
    await world.bring(lone); // and its name went long ago
    await world.collect({ releases: 9 });
    world.pass(32);
    const upstream = memoryBinaryCache(upstreamObjects([lone]));
    const { bucket, state, log, now, live } = world;
    const copy = () =>
      copyStorePath(lone.hash, { upstream, bucket, state, log, now, copyLogs: false, trustedKeys: [TEST_KEY] }, live);
    const hesitant: typeof bucket = {
      ...bucket,
      async delete(key, signal) {
        if (key === lone.narKey) await expect(copy()).resolves.toMatchObject({ outcome: 'copied', bytes: 0 });
        return bucket.delete(key, signal);
      },
    };
    const run = { endsAt: Number.POSITIVE_INFINITY, whenDue: false };
    await expect(world.collector({ releases: 9 }, { bucket: hesitant }).run(run, live)).resolves.toMatchObject({
      figures: { deletedNars: 1 },
    });
    expect(await state.head(stagedKey(lone.hash))).toBeDefined();

    const copyQueue = memoryQueue();
    const parts = { bucket: undefined, clickhouse: undefined, upstream: undefined };
    const publisher = createPublisher({
      ...{ bucket, state, copyQueue, log, now, holder: 'machine', cacheInfo: '', parts },
      records: noRecordLog,
      metrics: noMetrics,
    });
    await publisher.tick(live);
    expect(await world.names()).not.toContain(narInfoKey(lone.hash));
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toContain(lone.hash);
    await copy();
    world.clock.now += 60_000;
    await publisher.tick(live);
    expect(await world.names()).toContain(narInfoKey(lone.hash));
    expect(await world.nars()).toContain(lone.narKey);
  });
});
