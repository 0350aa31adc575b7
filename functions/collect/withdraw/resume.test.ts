import { NAMES_GOING_KEY } from '../../../events/names-going.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { memoryLog } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { brokenPromises } from '../../../shared/testing/broken-promises.ts';
import { keysOf } from '../../../shared/testing/journal.ts';
import { mortalBuckets } from '../../../shared/testing/mortal-buckets.ts';
import { R2 } from '../../../shared/testing/publish-world.ts';
import { type PublishedWorld, publishedWorld } from '../../../shared/testing/published-world.ts';
import { type StoreObject, storeObject } from '../../../shared/testing/store-objects.ts';
import { type Carrying, carryOut } from './carry-out.ts';
import { noteWithdrawals } from './note-withdrawals.ts';

const live = AbortSignal.timeout(120_000);

const isVisible = async ({ bucket }: PublishedWorld, { hash }: StoreObject) =>
  (await bucket.head(narInfoKey(hash))) !== undefined;

async function noteRotten(world: PublishedWorld, { narKey, hash }: StoreObject) {
  const nar = { key: narKey, etag: (await world.bucket.head(narKey))?.etag };
  const found = { kind: 'nar-rotten', key: narKey, hash, evidence: 'seen', nar } as const;
  await noteWithdrawals([found], { state: world.state, now: () => new Date(world.clock.now) }, live);
}

function run(
  world: PublishedWorld,
  { bucket, state }: Pick<PublishedWorld, 'bucket' | 'state'> = world,
  more: Partial<Carrying> = {},
) {
  const now = () => new Date(world.clock.now);
  const lease = createLease({ state, holder: 'collect', now });
  const sleep = async (ms: number) => {
    world.clock.now += ms;
  };
  return carryOut(
    { waitMs: 200_000, most: { names: 1e9, share: 1 }, ...more },
    { bucket, state, lease, log: memoryLog(), now, sleep },
    live,
  );
}

/** Of three hundred names that all need one, which is rotten. */
async function rottenWorld() {
  const world = await publishedWorld();
  const root = storeObject('root', { compression: 'zstd' });
  const many = Array.from({ length: 300 }, (_, n) => storeObject(`many-${n}`, { references: [root.path] }));
  const all = [root, ...many];
  await world.see(R2, all.map(({ path }) => path).concat(Object.values(world.objects).map(({ path }) => path)));
  await world.bring(...all);
  await world.publisher().tick(live);
  await world.publisher().tick(live);
  await world.rot(root);
  await noteRotten(world, root);
  return { world, root, many };
}

describe('a withdrawal that does not fit into one run', () => {
  it('goes on where the last run was killed, though publish works in between, and all of it returns', async () => {
    const { world, root, many } = await rottenWorld();
    const before = await world.names();
    let names = before.length;
    let outcome: string | undefined;
    let runs = 0;
    for (; outcome !== 'done' && runs < 8; runs += 1) {
      const { buckets } = mortalBuckets(world, 200); // of the six hundred that it takes
      outcome = await run(world, buckets).then(
        (done) => done.outcome,
        () => 'killed',
      );
      expect(await brokenPromises(world)).toEqual([]);
      world.clock.now += 200_000;
      const next = world.publisher('two');
      for (let ticks = 0; ticks < 2; ticks += 1) await next.tick(live);
      expect(await brokenPromises(world)).toEqual([]);
      const now = (await world.names()).length;
      expect(now).toBeLessThanOrEqual(names);
      names = now;
      world.clock.now += 900_000;
    }
    expect({ outcome, names }).toEqual({ outcome: 'done', names: 5 });
    expect(runs).toBeGreaterThan(2);
    expect(await isVisible(world, root)).toBe(false);
    expect(await world.bucket.head(root.narKey)).toBeUndefined();
    expect(new Set(world.asked())).toEqual(new Set([root.hash]));
    await world.bring(root);
    const last = world.publisher('two');
    for (let ticks = 0; ticks < 3; ticks += 1) await last.tick(live);
    expect(await world.names()).toEqual(before);
    expect(await isVisible(world, root)).toBe(true);
    expect(await brokenPromises(world)).toEqual([]);
    expect((await world.manifest(R2))?.unavailable).toEqual([]);
    expect(await keysOf(world.state, 'withdrawals/')).toEqual([]);
    expect(await keysOf(world.state, 'staged/')).toEqual([]);
    expect(many.every(({ hash }) => !world.asked().includes(hash))).toBe(true);
  });

  it('ends its run when its time is over, and gives the lease back', async () => {
    const { world, root } = await rottenWorld();
    world.clock.now += 100_000;
    const slow: Bucket = {
      ...world.bucket,
      delete: (...args) => {
        world.clock.now += 1_000;
        return world.bucket.delete(...args);
      },
    };
    const outcomes: string[] = [];
    for (let runs = 0; runs < 8 && outcomes.at(-1) !== 'done'; runs += 1) {
      const endsAt = world.clock.now + 100_000;
      const done = await run(world, { ...world, bucket: slow }, { endsAt });
      outcomes.push(done.outcome);
      expect(done.names).toBeLessThan(200);
      await expect(world.publisher('two').tick(live)).resolves.toMatchObject({ outcome: 'ticked' });
      expect(await brokenPromises(world)).toEqual([]);
      world.clock.now += 100_000;
    }
    expect(outcomes.slice(0, 2)).toEqual(['under-way', 'under-way']);
    expect(outcomes.at(-1)).toBe('done');
    expect(await isVisible(world, root)).toBe(false);
  });

  it('keeps what newly refers to any of it from being shown until all of it is back, and nothing else', async () => {
    const { world, root, many } = await rottenWorld();
    await run(world, mortalBuckets(world, 200).buckets).catch(() => undefined);
    world.clock.now += 200_000;
    const here = (await Promise.all(many.map(async (one) => ((await isVisible(world, one)) ? [one] : [])))).flat();
    const [still] = here;
    if (!still) throw new Error('there is one');
    const direct = storeObject('direct', { references: [root.path] });
    const indirect = storeObject('indirect', { references: [still.path] });
    const other = storeObject('other', { references: [world.objects.lib.path] });
    await world.bring(direct, indirect, other);
    const next = world.publisher('two');
    for (let ticks = 0; ticks < 2; ticks += 1) await next.tick(live);
    expect([await isVisible(world, direct), await isVisible(world, indirect)]).toEqual([false, false]);
    expect(await isVisible(world, other)).toBe(true);
    expect(world.asked()).toEqual([]);
    world.clock.now += 200_000;
    await expect(run(world)).resolves.toMatchObject({ outcome: 'done' });
    await world.bring(root);
    for (let ticks = 0; ticks < 3; ticks += 1) await next.tick(live);
    expect([await isVisible(world, direct), await isVisible(world, indirect)]).toEqual([true, true]);
  });
});

describe('publish, while something is withdrawn', () => {
  it('heeds what is noted in the middle of its term', async () => {
    const world = await publishedWorld();
    const { base } = world.objects;
    const publisher = world.publisher();
    await publisher.tick(live);
    await world.rot(base);
    await noteRotten(world, base);
    const late = storeObject('late', { references: [base.path] });
    await world.bring(late);
    await publisher.tick(live);
    expect(await isVisible(world, late)).toBe(false);
    expect(world.asked()).toEqual([]); // it is not away yet
    for (const key of await keysOf(world.state, 'withdrawals/')) await world.state.delete(key); // a false alarm
    await publisher.tick(live);
    expect(await isVisible(world, late)).toBe(true);
  });

  it('reads nothing about it a second time', async () => {
    const world = await publishedWorld();
    await world.rot(world.objects.base);
    await noteRotten(world, world.objects.base);
    await world.state.put(NAMES_GOING_KEY, `${world.objects.app.hash}\n`);
    const publisher = world.publisher('one');
    for (let ticks = 0; ticks < 2; ticks += 1) await publisher.tick(live);
    world.journal.entries.length = 0;
    world.clock.now += 1_000;
    await expect(publisher.tick(live)).resolves.toMatchObject({ idle: true });
    expect(world.journal.entries.filter((entry) => !entry.startsWith('state list'))).toEqual([]);
  });
});
