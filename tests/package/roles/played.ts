/**
 * What each function's code does to buckets and queues, written down while all of it is played in memory: releases come and go, a path is
 * missing, another rots, readers ask for everything, upstream is down for a while. An entry is such as `state put staged/….narinfo` or
 * `queue send`.
 */
import { formatCopyRequested } from '../../../events/copy-requested.ts';
import { lackOfAllowance } from '../../../functions/copy/allowance.ts';
import { noteOvertime } from '../../../functions/copy/overtime.ts';
import { troubleWithAny } from '../../../shared/bucket/probe.ts';
import { describeError, UpstreamFailed } from '../../../shared/errors.ts';
import { silentLog } from '../../../shared/log.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { DAY, releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { upstreamObjects } from '../../../shared/testing/store-objects.ts';
import { FAILURES_TO_OPEN } from '../../../shared/upstream/breaker.ts';
import { guardedWire } from '../../../shared/upstream/guarded-wire.ts';
import { madeObjects, madeReleases, SMALL, SMALL_RELEASE } from './objects.ts';
import { askForAll } from './readers.ts';
import { openStages } from './stages.ts';
import { createWorld, type Played, type World } from './world.ts';

const live = AbortSignal.timeout(120_000);
const HOUR = 3_600_000;

export async function play(): Promise<Played> {
  const world = createWorld();
  const { clock, held, queue, stages, as } = world;
  const objects = madeObjects();
  const { gone, stays, missing, waits } = objects;
  const cache = upstreamObjects([...gone, ...stays, waits]);
  for (const drv of objects.drvs) cache.set(`log/${drv}`, Buffer.from('building\n'));
  const points = new Map<ChannelName, ReleasePrefix>();
  const upstream = { cache, points, releases: await madeReleases(objects) };
  const { detect, copyAll, publish, collect, scrub } = openStages(world, upstream, live);

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
