/**
 * Withdrawals in any store, cut anywhere and again and again, while publish works, is killed, and copy brings things; some of what is noted
 * is a false alarm. Whatever happens, no name lacks a reference and no release a word; in the end all of it is here, and sound.
 */
import fc from 'fast-check';
import { bytesOf } from '../../../shared/bucket/bucket.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { memoryLog } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { brokenPromises } from '../../../shared/testing/broken-promises.ts';
import { keysOf } from '../../../shared/testing/journal.ts';
import { mortalBuckets } from '../../../shared/testing/mortal-buckets.ts';
import { type PublishWorld, publishWorld, R1, R2 } from '../../../shared/testing/publish-world.ts';
import { rotNar } from '../../../shared/testing/published-world.ts';
import { type StoreObject, storeObject } from '../../../shared/testing/store-objects.ts';
import { carryOut } from './carry-out.ts';
import { noteWithdrawals } from './note-withdrawals.ts';

const PATHS = 9;
const live = AbortSignal.timeout(600_000);

const path = fc.record({ refersTo: fc.nat(2 ** PATHS - 1), contents: fc.nat(PATHS) });
const index = fc.nat(PATHS - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('withdraw' as const), writes: fc.nat(25) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('publish' as const), writes: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('bring' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rot' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cry wolf' as const), which: index }) },
);
const scenario = fc.record({
  store: fc.array(path, { minLength: PATHS, maxLength: PATHS }),
  /** Come when something is withdrawn already. */
  late: fc.nat(2),
  rotten: fc.array(index, { minLength: 1, maxLength: 2 }),
  steps: fc.array(step, { maxLength: 14 }),
});

function objectsOf(store: readonly { readonly refersTo: number; readonly contents: number }[]): readonly StoreObject[] {
  const objects: StoreObject[] = [];
  for (const [n, { refersTo, contents }] of store.entries()) {
    const references = objects.filter((_, below) => (refersTo >> below) & 1).map((one) => one.path);
    objects.push(storeObject(`path-${n}`, { references, contents: `contents ${contents}`, compression: 'zstd' }));
  }
  return objects;
}

async function note(world: PublishWorld, { narKey, hash }: StoreObject, seen: string | undefined): Promise<void> {
  const kind = seen === undefined ? 'nar-missing' : 'nar-rotten';
  const found = { kind, key: narKey, hash, evidence: 'seen', nar: { key: narKey, etag: seen } } as const;
  await noteWithdrawals([found], { state: world.state, now: () => new Date(world.clock.now) }, live);
}

async function rot(world: PublishWorld, object: StoreObject): Promise<void> {
  const here = await world.bucket.head(object.narKey);
  if (!here || !(await world.bucket.head(narInfoKey(object.hash)))) return;
  await rotNar(world, object);
  await note(world, object, (await world.bucket.head(object.narKey))?.etag);
}

function withdraw(world: PublishWorld, writes: number) {
  const { buckets } = mortalBuckets(world, writes);
  const now = () => new Date(world.clock.now);
  world.clock.now += 100_000; // whoever had the lease has it no more
  const lease = createLease({ state: buckets.state, holder: 'collect', now });
  return carryOut(
    { waitMs: 0, most: { names: 1e9, share: 1 } },
    { ...buckets, lease, log: memoryLog(), now, sleep: async () => undefined },
    live,
  );
}

describe('withdrawals, interrupted', () => {
  it('keep every promise at each cut, and end with all of it here and sound', async () => {
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ store, late, rotten, steps }) => {
        const objects = objectsOf(store);
        const first = objects.slice(0, objects.length - late);
        const world = publishWorld();
        const at = (which: number): StoreObject => objects[which] ?? objects[0] ?? storeObject('none');
        await world.see(
          R1,
          first.map((one) => one.path),
        );
        await world.bring(...first);
        const begun = world.publisher();
        for (let ticks = 0; ticks < 2; ticks += 1) await begun.tick(live);
        for (const which of rotten) await rot(world, at(which));
        if (late > 0)
          await world.see(
            R2,
            objects.map((one) => one.path),
            objects.slice(-late).map((one) => one.path),
          );
        for (const one of steps) {
          world.clock.now += 100_000;
          if (one.does === 'withdraw') {
            await withdraw(world, one.writes).catch(() => {
              cuts += 1;
            });
          } else if (one.does === 'publish') {
            const { publisher } = world.mortalPublisher(one.writes);
            for (let ticks = 0; ticks < 2; ticks += 1) await publisher.tick(live).catch(() => undefined);
          } else if (one.does === 'bring') await world.bring(at(one.which));
          else if (one.does === 'rot') await rot(world, at(one.which));
          else await note(world, at(one.which), undefined);
          expect(await brokenPromises(world)).toEqual([]);
        }
        await withdraw(world, 1e9);
        expect(await brokenPromises(world)).toEqual([]);
        world.clock.now += 100_000;
        const last = world.publisher('two');
        for (let rounds = 0; rounds < 3; rounds += 1) {
          await last.tick(live);
          await world.bring(...objects);
          await last.tick(live);
        }
        expect(await world.names()).toEqual(objects.map(({ hash }) => narInfoKey(hash)).sort());
        for (const { narKey, narFile } of objects) {
          const nar = await world.bucket.get(narKey);
          expect(nar && (await bytesOf(nar.body)).equals(narFile)).toBe(true);
        }
        for (const release of world.lists.keys()) expect((await world.manifest(release))?.unavailable).toEqual([]);
        expect(await keysOf(world.state, 'withdrawals/')).toEqual([]);
        expect(await keysOf(world.state, 'staged/')).toEqual([]);
        expect(await brokenPromises(world)).toEqual([]);
      }),
      { numRuns: 80 },
    );
    expect(cuts).toBeGreaterThan(40);
  }, 300_000);
});
