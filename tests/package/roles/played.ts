/**
 * What each function's code does to buckets and queues, written down while all of it is played in memory: releases come and go, a path is
 * missing, another rots, readers ask for everything, upstream is down for a while. An entry is such as `state put staged/….narinfo` or
 * `queue send`.
 */

import { formatCopyRequested, parseCopyRequested } from '../../../events/copy-requested.ts';
import { noRecordLog } from '../../../events/log-record.ts';
import { createCollector } from '../../../functions/collect/collector.ts';
import { scrubSlice } from '../../../functions/collect/scrub/scrub-slice.ts';
import { lackOfAllowance } from '../../../functions/copy/allowance.ts';
import { answerRequest } from '../../../functions/copy/answer-request.ts';
import { noteOvertime } from '../../../functions/copy/overtime.ts';
import { detectAll } from '../../../functions/detect/detect.ts';
import { createPublisher } from '../../../functions/publish/publisher.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { troubleWithAny } from '../../../shared/bucket/probe.ts';
import { describeError, UpstreamFailed } from '../../../shared/errors.ts';
import { silentLog } from '../../../shared/log.ts';
import { createMetrics, noMetrics } from '../../../shared/metrics.ts';
import type { NarNode } from '../../../shared/nix/nar-writer.ts';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import type { Queue } from '../../../shared/queue/queue.ts';
import { DAY, POLICY, releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { createJournal } from '../../../shared/testing/journal.ts';
import {
  pathNamed,
  type StoreObject,
  storeObject,
  TEST_KEY,
  upstreamObjects,
} from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import { FAILURES_TO_OPEN } from '../../../shared/upstream/breaker.ts';
import { guardedWire } from '../../../shared/upstream/guarded-wire.ts';
import { type MemoryRelease, memoryBinaryCache, memoryChannels } from '../../../shared/upstream/memory.ts';
import { askForAll } from './readers.ts';

export type Stage = 'detect' | 'copy' | 'publish' | 'serve' | 'collect';
export type Played = Readonly<Record<Stage, ReadonlySet<string>>>;

const live = AbortSignal.timeout(120_000);
const HOUR = 3_600_000;
/** Followed at first, and then left. */
const SMALL = parseChannelName('nixos-unstable-small');
const SMALL_RELEASE = parseReleasePrefix('nixos/unstable-small/nixos-26.11pre0.000000000000');
const BUILD_ID = 'ab'.repeat(20);
const directory = (entries: Readonly<Record<string, NarNode>>): NarNode => ({
  type: 'directory',
  entries: new Map(Object.entries(entries)),
});

/** A world with a clock, in which each stage's doings are written down apart. */
function createWorld() {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => new Date(clock.now);
  const held = { bucket: memoryBucket('memory://public', now), state: memoryBucket('memory://state', now) };
  const queue = memoryQueue({ now });
  const stages: Record<Stage, Set<string>> = {
    detect: new Set(),
    copy: new Set(),
    publish: new Set(),
    serve: new Set(),
    collect: new Set(),
  };
  const as = (stage: Stage) => {
    const journal = createJournal();
    const said = stages[stage];
    journal.entries.push = (...entries) => {
      for (const entry of entries) said.add(entry);
      return said.size;
    };
    const copyQueue: Pick<Queue, 'sendAll' | 'depth'> = {
      sendAll(bodies, signal) {
        said.add('queue send');
        return queue.sendAll(bodies, signal);
      },
      depth() {
        said.add('queue depth');
        return queue.depth();
      },
    };
    return { bucket: journal.watch('bucket', held.bucket), state: journal.watch('state', held.state), copyQueue };
  };
  return { clock, now, held, queue, stages, as };
}

export type World = ReturnType<typeof createWorld>;

export async function play(): Promise<Played> {
  const world = createWorld();
  const { clock, now, held, queue, stages, as } = world;
  const log = silentLog;
  const records = noRecordLog;
  const sleep = async (ms: number): Promise<void> => {
    clock.now += ms;
  };

  const objects = madeObjects();
  const { gone, stays, missing, waits } = objects;
  const cache = upstreamObjects([...gone, ...stays, waits]);
  for (const drv of objects.drvs) cache.set(`log/${drv}`, Buffer.from('building\n'));
  const releases = new Map<ReleasePrefix, MemoryRelease>();
  releases.set(releaseNumber(0), await releaseOf([...gone, ...stays, missing]));
  releases.set(releaseNumber(1), await releaseOf([...stays, missing]));
  releases.set(releaseNumber(2), await releaseOf(stays));
  releases.set(SMALL_RELEASE, await releaseOf(stays));
  const points = new Map<ChannelName, ReleasePrefix>();

  const metrics = createMetrics({ function: 'detect', write: () => undefined });
  const detect = () =>
    detectAll(
      [...points.keys()],
      {
        ...as('detect'),
        channels: memoryChannels(points, releases),
        log,
        now,
        records,
        metrics,
        mirrorImages: true,
        room: async () => undefined,
      },
      live,
    );
  const run = { signal: live, alone: () => true, receives: 1 };
  const copyAll = async (): Promise<void> => {
    const deps = {
      ...as('copy'),
      upstream: memoryBinaryCache(cache),
      trustedKeys: [TEST_KEY],
      copyLogs: true,
      retryAfterMs: HOUR,
      now,
      log,
      records,
    };
    for (let batch = queue.receive(1); batch.length > 0; batch = queue.receive(1)) {
      for (const delivery of batch) {
        await answerRequest(parseCopyRequested(delivery.body), deps, run);
        queue.done(delivery);
      }
    }
  };
  const publisher = createPublisher({
    ...as('publish'),
    log,
    records,
    now,
    metrics: noMetrics,
    holder: 'publish',
    cacheInfo: 'StoreDir: /nix/store\n',
    maxBucketBytes: 1e12,
    parts: { bucket: async () => undefined, clickhouse: undefined, upstream: undefined },
  });
  const publish = async (): Promise<void> => {
    for (let tick = 0; tick < 12; tick += 1) {
      await publisher.tick(live);
      await copyAll();
      clock.now += 10_000;
    }
  };
  const collector = createCollector({
    ...as('collect'),
    policy: { ...POLICY, channels: [UNSTABLE] },
    log,
    records,
    now,
    sleep,
    holder: 'c/collect',
  });
  const collect = async (): Promise<void> => {
    clock.now += 100_000; // publish's lease is over
    await collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: true }, live);
  };
  const scrub = async (): Promise<void> => {
    const own = as('collect');
    clock.now += 100_000;
    const lease = createLease({ state: own.state, holder: 'c/scrub', now });
    await scrubSlice(
      { bytesPerDay: 1e9, endsAt: Number.POSITIVE_INFINITY, waitMs: 200_000 },
      { ...own, lease, log, now, sleep, trustedKeys: [TEST_KEY] },
      live,
    );
  };

  for (const stage of ['detect', 'copy'] as const) await upstreamIsDown(as(stage).state, world);
  const own = as('copy');
  await troubleWithAny([own.bucket, own.state], { needed: ['put', 'head'] });
  await noteOvertime(objects.slow.hash, own.state, live);
  await lackOfAllowance({ ...own, limit: 1e12 });

  points.set(UNSTABLE, releaseNumber(0)).set(SMALL, SMALL_RELEASE);
  await detect();
  await publish(); // one is asked for that upstream lacks
  clock.now += DAY; // and once more
  await publish();
  await askForAll(world, objects);
  points.delete(SMALL);
  await scrub(); // from here on it may read

  // Cut between a NAR and its listing; and what copy had brought already comes a second time.
  await held.bucket.delete(`${stays[0]?.hash}.ls`);
  await held.bucket.delete(`${stays[0]?.hash}.narinfo`);
  await queue.sendAll(
    [...stays, waits].map(({ hash }) => formatCopyRequested({ hash })),
    live,
  );
  await copyAll();
  await publish();

  clock.now += DAY;

  // Rot: withdrawn, and brought anew.
  await held.bucket.put(stays[1]?.narKey ?? '', 'rotten', { metadata: { 'nar-hash': stays[1]?.narHash ?? '' } });
  await scrub();
  await publish();
  clock.now += DAY;
  await publish();

  for (const release of [1, 2]) {
    points.set(UNSTABLE, releaseNumber(release));
    for (const [key, bytes] of upstreamObjects([missing])) cache.set(key, bytes);
    await detect();
    await publish();
    clock.now += 2 * DAY;
    await publish();
  }
  for (let month = 0; month < 7; month += 1) {
    await collect();
    await publish();
    clock.now += 35 * DAY;
  }
  return stages;
}

/** As many failures as it takes, and the answer that ends it. */
async function upstreamIsDown(store: Parameters<typeof guardedWire>[1]['store'], { clock }: World): Promise<void> {
  let isDown = true;
  const wire = {
    send: async () => (isDown ? Promise.reject(new UpstreamFailed('down')) : { status: 200, headers: {} }),
  };
  const guarded = guardedWire(wire, { store, now: () => clock.now, log: silentLog });
  const request = { url: new URL('https://cache.example.org/'), method: 'GET' as const, headers: {} };
  for (let n = 0; n < FAILURES_TO_OPEN; n += 1) {
    await guarded.send(request, live).catch((error: unknown) => describeError(error));
  }
  isDown = false;
  clock.now += HOUR;
  await guarded.send(request, live);
}

function madeObjects() {
  const drvs = ['a', 'b'].map((name) => `${pathNamed(`${name}.drv`).hash}-${name}.drv`);
  const deriver = (index: number) => ({ wrong: { Deriver: drvs[index] ?? '' } });
  const symbols = directory({
    lib: directory({
      debug: directory({
        '.build-id': directory({
          ab: directory({ [`${BUILD_ID.slice(2)}.debug`]: { type: 'regular', contents: 'x' } }),
        }),
      }),
    }),
  });
  const missing = storeObject('missing');
  const base = storeObject('base', deriver(0));
  const twin = storeObject('twin', { contents: 'base' }); // the same NAR
  const top = storeObject('top', { references: [base.path] });
  const debug = storeObject('old-debug', { root: symbols, ...deriver(1) });
  const waits = storeObject('waits', { references: [pathNamed('never')] });
  return {
    waits,
    stays: [base, twin, top],
    gone: [debug],
    missing,
    slow: storeObject('slow'),
    drvs,
    buildId: BUILD_ID,
  };
}

export type Objects = ReturnType<typeof madeObjects>;

async function releaseOf(listed: readonly StoreObject[]): Promise<MemoryRelease> {
  const files = new Map<string, Uint8Array>([
    ['store-paths.xz', await xz(listed.map(({ path }) => `${formatStorePath(path)}\n`).join(''))],
    ['git-revision', Buffer.from('a'.repeat(40))],
    ['nixos-minimal.iso', Buffer.from('an image')],
  ]);
  return { revision: 'a'.repeat(40), releasedAt: new Date(0), files };
}
