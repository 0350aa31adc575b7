/**
 * A copy that takes a NAR as present while a sweep deletes it: the real copy, stopped after each of its operations in turn, against the real
 * collector, stopped before each of its writes in turn, and the real publisher wherever it can have the lease. After every write no name lacks
 * its NAR or a reference; in the end all that was asked for is here.
 */
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { noRecordLog } from '../../events/log-record.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import { noMetrics } from '../../shared/metrics.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import type { CollectWorld } from '../../shared/testing/collect-world.ts';
import { base, lib, movedOn, newApp, oldApp } from '../../shared/testing/moved-channel.ts';
import { type StoppedAt, stoppedAt } from '../../shared/testing/stopped-at.ts';
import { storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { copyStorePath } from '../copy/copy-store-path.ts';
import { createPublisher } from '../publish/publisher.ts';

/** Their names went long ago, and their NARs are about to: the first two share one. */
const lone = storeObject('lone', { contents: 'shared' });
const twin = storeObject('twin', { contents: 'shared' });
/** And one that refers to another, and to a name that the very same sweep takes away. */
const top = storeObject('top', { references: [lone.path, lib.path] });
const asked = [top, twin, lone];
const known = [...asked, base, lib, oldApp, newApp];

const WRITES = ['put', 'delete'] as const;
const ALL = ['head', 'get', 'put', 'delete', 'list'] as const;

/** What must hold after every write, by looking at the whole store. */
async function complaintsOf(bucket: Bucket): Promise<readonly string[]> {
  const complaints: string[] = [];
  const isHere = async (hash: StorePathHash) => (await bucket.head(narInfoKey(hash))) !== undefined;
  for (const { hash, narInfo } of known) {
    if (!(await isHere(hash))) continue;
    const { url, narHash, references } = parseNarInfo(narInfo);
    if ((await bucket.head(url))?.metadata['nar-hash'] !== narHash) complaints.push(`${hash} lacks its NAR`);
    for (const reference of references)
      if (
        reference.hash !== hash &&
        known.some((one) => one.hash === reference.hash) &&
        !(await isHere(reference.hash))
      )
        complaints.push(`${hash} lacks ${reference.hash}`);
  }
  return complaints;
}

async function raceOf(copied: number, swept: number) {
  const world = await movedOn();
  for (const object of asked) await world.bring(object);
  world.pass(3);
  await world.collect(); // condemns the NARs
  world.pass(28.5);
  await world.collect(); // condemns the names of the first release
  world.pass(7.5); // now both are due
  const complaints = new Set<string>();
  const watched: Bucket = {
    ...world.bucket,
    async put(...args) {
      const done = await world.bucket.put(...args);
      for (const complaint of await complaintsOf(world.bucket)) complaints.add(complaint);
      return done;
    },
    async delete(...args) {
      await world.bucket.delete(...args);
      for (const complaint of await complaintsOf(world.bucket)) complaints.add(complaint);
    },
  };
  const actors = actorsIn({ ...world, bucket: watched });

  const [copyStop, sweepStop] = [stoppedAt(copied, ALL), stoppedAt(swept, WRITES)];
  const copying = actors.copy(
    asked.map(({ hash }) => hash),
    copyStop,
  );
  await copyStop.reached(copying);
  const sweeping = actors.sweep(sweepStop);
  await sweepStop.reached(sweeping);
  await actors.publish();
  copyStop.goOn();
  await copying;
  await actors.publish(); // which has no lease while the sweep stands still in the middle
  sweepStop.goOn();
  const outcome = await sweeping;
  // Whatever is asked for again is copied, and shown.
  for (let round = 0; round < 12; round += 1) {
    world.clock.now += 61_000;
    await actors.publish();
    const again = actors.queue.receive(50);
    for (const delivery of again) {
      await actors.copy([parseCopyRequested(delivery.body).hash], stoppedAt(Number.POSITIVE_INFINITY, []));
      actors.queue.done(delivery);
    }
  }
  const { conflicts } = actors;
  return { world, complaints: [...complaints], outcome, conflicts, writes: sweepStop.done, operations: copyStop.done };
}

function actorsIn({ bucket, state, log, now, live, collector }: CollectWorld) {
  const upstream = memoryBinaryCache(upstreamObjects(known));
  const queue = memoryQueue({ now });
  const parts = { bucket: undefined, clickhouse: undefined, upstream: undefined };
  const publisher = createPublisher({
    ...{ bucket, state, copyQueue: queue, log, now, holder: 'machine', cacheInfo: '', parts },
    records: noRecordLog,
    metrics: noMetrics,
  });
  let conflicts = 0;
  return {
    queue,
    get conflicts() {
      return conflicts;
    },
    publish: () => publisher.tick(live),
    async copy(hashes: readonly StorePathHash[], stop: StoppedAt): Promise<void> {
      const own = { bucket: stop.watch(bucket), state: stop.watch(state) };
      const deps = { ...own, upstream, log, now, copyLogs: false, trustedKeys: [TEST_KEY] };
      for (const hash of hashes)
        await copyStorePath(hash, deps, live).catch((error: unknown) => {
          if (!(error instanceof Conflict)) throw error; // the NAR went before its listing was made: it comes again
          conflicts += 1;
          return copyStorePath(hash, deps, live);
        });
    },
    sweep: (stop: StoppedAt) =>
      collector({}, { bucket: stop.watch(bucket), state: stop.watch(state) }).run(
        { endsAt: Number.POSITIVE_INFINITY, whenDue: false },
        live,
      ),
  };
}

describe('a copy that takes a NAR as present while a sweep deletes it', () => {
  it('makes no name without its NAR or a reference, and loses nothing that was asked for, wherever the two meet', async () => {
    const never = Number.POSITIVE_INFINITY;
    const { writes } = await raceOf(0, never);
    const { operations } = await raceOf(never, 0);
    expect(writes).toBeGreaterThan(8); // it has something to meet
    expect(operations).toBeGreaterThan(15);
    const [seen, wrong]: [Set<string>, string[]] = [new Set(), []];
    for (let copied = 0; copied <= operations; copied += 1) {
      for (let swept = 0; swept <= writes; swept += 1) {
        const { world, complaints, outcome, conflicts } = await raceOf(copied, swept);
        for (const complaint of complaints) wrong.push(`${copied}/${swept}: ${complaint}`);
        const names = await world.names();
        const lost = asked.filter(({ hash }) => !names.includes(narInfoKey(hash)));
        for (const { path } of lost) wrong.push(`${copied}/${swept}: ${path.name} never came`);
        for (const { event } of world.log.lines) seen.add(event);
        seen.add(outcome.outcome);
        if (conflicts > 0) seen.add('a copy that found it gone, and came again');
      }
    }
    expect(wrong).toEqual([]);
    // The race that this is about was there, and was lost by the copy.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'nar.gone',
        'narinfos.published',
        'collected',
        'a copy that found it gone, and came again',
      ]),
    );
  }, 120_000);
});
