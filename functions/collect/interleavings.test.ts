/**
 * Everything at once, by chance: detect, copies, publish and collect over the same buckets, each operation of theirs in any order, any of
 * them killed at any operation, and the clock jumps in between. Whatever happens, no name lacks its NAR or a reference, and nothing goes
 * that somebody needs; in the end what nobody needs is gone.
 */
import fc from 'fast-check';
import { formatCopyRequested, parseCopyRequested } from '../../events/copy-requested.ts';
import { noRecordLog } from '../../events/log-record.ts';
import { formatPins, PINS_KEY } from '../../events/pins.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { describeError } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { noMetrics } from '../../shared/metrics.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import type { Delivery } from '../../shared/queue/queue.ts';
import { DAY, POLICY, releaseNumber, UNSTABLE } from '../../shared/testing/collect-world.ts';
import { createShadow, type Shadow } from '../../shared/testing/shadow.ts';
import { type StoreObject, storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { createTurnstile } from '../../shared/testing/turnstile.ts';
import { xz } from '../../shared/testing/xz.ts';
import { type MemoryRelease, memoryBinaryCache, memoryChannels } from '../../shared/upstream/memory.ts';
import { copyStorePath } from '../copy/copy-store-path.ts';
import { detectChannel } from '../detect/detect-channel.ts';
import { createPublisher, type Publisher } from '../publish/publisher.ts';
import { createCollector } from './collector.ts';
import type { CollectPolicy } from './plan-collection.ts';

const PATHS = 8;
const live = AbortSignal.timeout(3_600_000);

/** Of each store path: those before it that it refers to, and which contents it has (some are the same). */
const store = fc.array(fc.record({ refersTo: fc.nat(2 ** PATHS - 1), contents: fc.nat(PATHS + 2) }), {
  minLength: PATHS,
  maxLength: PATHS,
});
/** At least one: where nobody needs anything, collect takes nothing away. */
const someOf = fc.integer({ min: 1, max: 2 ** PATHS - 1 }).map((bits) => indexesIn(bits));
const often = (weight: number) => fc.nat(99).map((n) => n < weight);
const killedAt = fc.option(fc.nat(300), { nil: Number.POSITIVE_INFINITY, freq: 1 });
const phase = fc.record({
  moves: often(25),
  /** What readers ask for, and how many operations after the phase began, or after collect took the lease. */
  asked: fc.array(fc.record({ path: fc.nat(PATHS - 1), after: fc.nat(250), sweeping: fc.boolean() }), { maxLength: 8 }),
  pins: fc.option(fc.array(fc.nat(PATHS - 1), { maxLength: 2 }), { freq: 1 }),
  collects: often(85),
  kills: often(25),
  killed: fc.record({ detect: killedAt, copy: killedAt, publish: killedAt, collect: killedAt }),
  days: fc.constantFrom(0.5, 2, 8, 35, 35, 35),
});
const scenario = fc.record({
  seed: fc.nat(),
  store,
  releases: fc.array(someOf, { minLength: 1, maxLength: 4 }),
  policy: fc.record({
    releases: fc.integer({ min: 1, max: 2 }),
    days: fc.constantFrom(1, 5, 30),
    mostBytes: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 300),
    grace: fc.constantFrom(1, 7),
  }),
  phases: fc.array(phase, { minLength: 1, maxLength: 8 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function indexesIn(bits: number): readonly number[] {
  return Array.from({ length: PATHS }, (_, index) => index).filter((index) => (bits >> index) & 1);
}

function objectsOf(described: Scenario['store']): readonly StoreObject[] {
  const objects: StoreObject[] = [];
  for (const [index, { refersTo, contents }] of described.entries()) {
    const references = objects.filter((_, at) => (refersTo >> at) & 1).map(({ path }) => path);
    objects.push(storeObject(`path-${index}`, { references, contents: `contents ${contents} ${'x'.repeat(40)}` }));
  }
  return objects;
}

async function play({ seed, store, releases, policy: said, phases }: Scenario): Promise<void> {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => new Date(clock.now);
  const [bucket, state] = [memoryBucket('memory://public', now), memoryBucket('memory://state', now)];
  const policy: CollectPolicy = {
    ...POLICY,
    releases: said.releases,
    ms: said.days * DAY,
    mostBytes: said.mostBytes,
    grace: { ...POLICY.grace, names: said.grace * DAY },
  };
  const shadow: Shadow = createShadow({ now, policy });
  let turns = 0;
  const turnstile = createTurnstile(seed, () => {
    clock.now += 100;
    turns += 1;
  });
  const objects = objectsOf(store);
  const at = (index: number): StoreObject => objects[index] as StoreObject;
  const upstream = await upstreamWith(releases.map((indexes) => indexes.map(at)));
  const cache = memoryBinaryCache(upstreamObjects(objects));
  const copyQueue = memoryQueue({ now });
  const log = memoryLog();
  const inFlight = new Set<Delivery>();
  let moved = -1;

  /** One process: what it does to the buckets takes turns with all others, until it is killed. */
  const process = (operations: number) => {
    let died: () => void = () => undefined;
    const death = new Promise<void>((resolve) => {
      died = resolve;
    });
    const actor = {
      left: operations,
      get operations() {
        return this.left;
      },
      set operations(left: number) {
        this.left = left;
        if (left < 0) died();
      },
    };
    const own = {
      bucket: turnstile.bucketOf(shadow.watch('bucket', bucket), actor),
      state: turnstile.bucketOf(shadow.watch('state', state), actor),
    };
    return { ...own, actor, until: (work: Promise<unknown>) => Promise.race([work, death]) };
  };

  async function copyAll(operations: number, isOver: () => boolean): Promise<void> {
    const { until, ...buckets } = process(operations);
    const deps = { ...buckets, upstream: cache, log, copyLogs: false, trustedKeys: [TEST_KEY], now };
    const work = async (): Promise<void> => {
      while (!isOver()) {
        const batch = copyQueue.receive(4);
        for (const delivery of batch) inFlight.add(delivery);
        if (batch.length === 0) await turnstile.pass(async () => undefined);
        await Promise.all(
          batch.map((delivery) =>
            copyStorePath(parseCopyRequested(delivery.body).hash, deps, live).then(
              () => {
                inFlight.delete(delivery);
                copyQueue.done(delivery);
              },
              () => copyQueue.handBack(delivery, 1),
            ),
          ),
        );
      }
    };
    await until(work());
  }

  const parts = { bucket: undefined, clickhouse: undefined, upstream: undefined };
  /** It lives on from phase to phase, with what it remembers, until it is killed. */
  let publishing: (ReturnType<typeof process> & { readonly publisher: Publisher }) | undefined;
  async function publishAll(operations: number, isOver: () => boolean): Promise<void> {
    publishing ??= publishProcess();
    const { publisher, until, actor } = publishing;
    actor.operations = operations;
    const work = async (): Promise<void> => {
      while (!isOver()) {
        const { outcome } = await publisher.tick(live).catch(() => ({ outcome: 'failed' }));
        if (outcome !== 'ticked') await turnstile.pass(async () => undefined);
      }
    };
    await until(work());
    if (actor.operations < 0) publishing = undefined;
  }

  function publishProcess() {
    const own = process(Number.POSITIVE_INFINITY);
    const [cacheInfo, holder] = ['StoreDir: /nix/store\n', 'machine'];
    return {
      ...own,
      publisher: createPublisher({
        ...own,
        copyQueue,
        log,
        now,
        holder,
        cacheInfo,
        parts,
        records: noRecordLog,
        metrics: noMetrics,
      }),
    };
  }

  async function detect(operations: number): Promise<void> {
    if (moved < 0) return;
    const { until, ...buckets } = process(operations);
    const deps = { ...buckets, channels: upstream.channelsAt(() => moved), copyQueue, log, now };
    await until(detectChannel(UNSTABLE, deps, live).catch(() => undefined));
  }

  const outcomes: unknown[] = [];
  async function collect(operations: number): Promise<void> {
    const { until, ...buckets } = process(operations);
    const sleep = (ms: number) =>
      turnstile.pass(async () => {
        clock.now += ms;
      });
    const holder = 'machine/collect';
    const collector = createCollector({ ...buckets, policy, log, records: noRecordLog, now, sleep, holder });
    shadow.lookAround();
    const run = collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, live);
    await until(
      run.then(
        (outcome) => outcomes.push(outcome),
        (error: unknown) => {
          outcomes.push(describeError(error));
          if (!/CONFLICT|LEASE_LOST/.test(describeError(error).code)) throw error;
        },
      ),
    );
  }

  async function idle(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await turnstile.pass(async () => undefined);
  }

  /** Publish and copies go on for a while after detect and collect are done. */
  async function together({ killed, collects, asked }: Together): Promise<void> {
    let [over, worked] = [false, false];
    const isOver = () => over;
    const others = [copyAll(killed.copy, isOver), publishAll(killed.publish, isOver)];
    const work = Promise.all([detect(killed.detect), collects ? collect(killed.collect) : undefined]).finally(() => {
      worked = true;
    });
    const readers = asked.map(async ({ path, after, sweeping }) => {
      while (sweeping && !shadow.isSweeping() && !worked) await idle(1);
      const due = turns + after;
      while (turns < due) await idle(1);
      await copyQueue.sendAll([formatCopyRequested({ hash: at(path).hash })], live);
    });
    await Promise.all([work, ...readers]);
    await idle(120);
    over = true;
    await Promise.all(others);
    for (const delivery of inFlight) await copyQueue.handBack(delivery, 1); // of those that were killed
    inFlight.clear();
    shadow.complain();
  }

  for (const { moves, pins, kills, days, ...phase } of [...PRELUDE, ...phases]) {
    if (moves) moved = Math.min(moved + 1, releases.length - 1);
    if (pins) {
      const set = pins.map((index) => ({ what: { path: at(index).path }, at: now().toISOString() }));
      await shadow.watch('state', state).put(PINS_KEY, formatPins(set));
    }
    await together(kills ? phase : { ...phase, killed: NOBODY });
    clock.now += days * DAY;
  }

  moved = Math.max(moved, 0);
  for (const days of [0.1, 1, 35, 35, 35, 35, 35, 35, 35]) {
    await together({ killed: NOBODY, collects: true, asked: [] });
    clock.now += days * DAY;
  }
  shadow.expectNothingButNeeded(outcomes);
  for (const path of upstream.listedAt(moved)) shadow.expectVisible(path);
}

type Together = Pick<Scenario['phases'][number], 'killed' | 'collects' | 'asked'>;
const never = Number.POSITIVE_INFINITY;
const NOBODY: Together['killed'] = { detect: never, copy: never, publish: never, collect: never };

/** All comes, and what the release does not list has gone by and by but for its NARs, whose time is over. */
const QUIET: Scenario['phases'][number] = {
  moves: false,
  asked: [],
  pins: null,
  collects: true,
  kills: false,
  killed: NOBODY,
  days: 35,
};
const PRELUDE: Scenario['phases'] = [
  { ...QUIET, moves: true, asked: Array.from({ length: PATHS }, (_, path) => ({ path, after: 0, sweeping: false })) },
  QUIET,
  { ...QUIET, days: 0.5 },
  QUIET,
];

async function upstreamWith(releases: readonly (readonly StoreObject[])[]) {
  const known = new Map<ReleasePrefix, MemoryRelease>();
  for (const [index, listed] of releases.entries()) {
    const files = new Map([
      ['store-paths.xz', await xz(listed.map(({ path }) => `${formatStorePath(path)}\n`).join(''))],
      ['git-revision', Buffer.from('a'.repeat(40))],
    ]);
    known.set(releaseNumber(index), { revision: 'a'.repeat(40), releasedAt: new Date(0), files });
  }
  return {
    channelsAt: (moved: () => number) => memoryChannels(new Map([[UNSTABLE, releaseNumber(moved())]]), known),
    listedAt: (moved: number) => (releases[moved] ?? []).map(({ hash }) => hash),
  };
}

it('no name ever loses its NAR or a reference, and nothing goes that somebody needs', async () => {
  await fc.assert(fc.asyncProperty(scenario, play), {
    numRuns: 40,
    interruptAfterTimeLimit: 100_000,
  });
}, 180_000);
