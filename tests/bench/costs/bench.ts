/**
 * What mirroring and answering ask of the services under them, counted while the stages' own logic runs over buckets, a queue and an
 * upstream in memory: a release of so many store paths is detected, copied, published; clients ask for all of it; then nothing happens.
 */
import { PROBE_DAYS_KEPT } from '../../../events/probe-days.ts';
import { createDayCount, MOST_READ } from '../../../functions/publish/count-days.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { upstreamObjects } from '../../../shared/testing/store-objects.ts';
import type { Progress } from '../progress.ts';
import { countingWorld } from './counting.ts';
import { type Counts, perOne, without } from './counts.ts';
import { openMirror } from './mirror.ts';
import { largeObjects, releaseOf, smallObjects } from './objects.ts';
import { openVisits } from './visits.ts';

export interface CostsReport {
  readonly paths: number;
  /** For each store path of a release, none of which is here. */
  readonly path: { readonly detect: Counts; readonly copy: Counts; readonly publish: Counts };
  /** For each run in which there is nothing to do. */
  readonly idle: { readonly poll: Counts; readonly tick: Counts; readonly collect: Counts };
  readonly request: Readonly<Record<RequestKind, Counts>>;
  /** Seconds of processor for a megabyte of a NAR file, verified. */
  readonly cpuSecondsPerMegabyte: Readonly<Record<'xz' | 'zstd', number>>;
}

/** `remembered`: asked of an instance that has just given it. */
export type RequestKind = 'narinfo' | 'remembered' | 'miss' | 'nar';

const LARGE_BYTES = 2_000_000;
const IDLE_TICKS = 20;
const MOST_TICKS = 200;
const DAYS_MS = 10_000;

/** @param paths of the release; as many requests of each kind are made */
export async function benchCosts(paths: number, progress: Progress, signal: AbortSignal): Promise<CostsReport> {
  const clock = { now: Date.parse('2026-11-25T08:00:00Z') };
  const world = countingWorld(() => new Date(clock.now));
  const objects = smallObjects(paths);
  const cache = upstreamObjects(objects);
  const release = releaseNumber(0);
  const points = new Map([[UNSTABLE, release]]);
  const releases = new Map([[release, await releaseOf(objects)]]);
  const mirror = openMirror(world, { cache, points, releases }, clock, signal);
  await countDays(world.state, new Date(clock.now));

  progress.begin('mirroring', paths);
  const detect = await world.during(mirror.detect);
  let copied = 0;
  const copy = await world.during(async () => {
    for (; await mirror.copy(); progress.at(copied)) copied += 10;
  });
  let ticks = 0;
  const publish = await world.during(async () => {
    while (!(await mirror.tick()).idle && ticks < MOST_TICKS) ticks += 1;
    ticks += 1;
  });
  const idleTicks = await world.during(async () => {
    for (let n = 0; n < IDLE_TICKS; n += 1) await mirror.tick();
  });
  const tick = perOne(idleTicks, IDLE_TICKS);
  const poll = await world.during(mirror.detect);
  await mirror.collect(); // its daily one
  const collect = await world.during(mirror.collect);

  progress.begin('answering', paths * 4);
  const asked = async (pathOf: (n: number) => string, status: number, visits = openVisits(world)): Promise<Counts> => {
    const { ask } = await visits;
    const all = await world.during(async () => {
      for (let n = 0; n < paths; n += 1) await ask(pathOf(n), status);
    });
    return perOne(all, paths);
  };
  const one = (n: number) => objects[n];
  const instance = openVisits(world);
  const narinfo = (n: number) => `/${one(n)?.hash}.narinfo`;
  const request = {
    narinfo: await asked(narinfo, 200, instance),
    remembered: await asked(narinfo, 200, instance),
    miss: await asked((n) => `/${String(n).padStart(32, '0')}.narinfo`, 404),
    nar: await asked((n) => `/${one(n)?.narKey}`, 302),
  };
  progress.end();

  return {
    ...{ paths, request },
    path: {
      detect: perOne(without(detect, poll, 1), paths),
      copy: perOne(copy, paths),
      publish: perOne(without(publish, tick, ticks), paths),
    },
    idle: { poll: perOne(poll, 1), tick, collect: perOne(collect, 1) },
    cpuSecondsPerMegabyte: await verifying(clock, signal),
  };
}

/** A new mirror looks for the probes of ninety days that it was not there, once: what it costs from then on is to be known. */
async function countDays(state: Pick<Bucket, 'get' | 'put'>, now: Date): Promise<void> {
  const days = createDayCount({ state });
  for (let run = 0; run < PROBE_DAYS_KEPT / MOST_READ; run += 1) await days.run(now, AbortSignal.timeout(DAYS_MS));
}

/** Copies one large NAR of each compression. */
async function verifying(clock: { now: number }, signal: AbortSignal): Promise<Record<'xz' | 'zstd', number>> {
  const seconds = { xz: 0, zstd: 0 };
  const objects = await largeObjects(LARGE_BYTES);
  for (const kind of ['xz', 'zstd'] as const) {
    const world = countingWorld(() => new Date(clock.now));
    const object = objects[kind];
    const release = releaseNumber(1);
    const releases = new Map([[release, await releaseOf([object])]]);
    const points = new Map([[UNSTABLE, release]]);
    const mirror = openMirror(world, { cache: upstreamObjects([object]), points, releases }, clock, signal);
    await mirror.detect();
    const { cpuSeconds } = await world.during(mirror.copy);
    seconds[kind] = Number((cpuSeconds / (object.narFile.length / 1e6)).toPrecision(3));
  }
  return seconds;
}
