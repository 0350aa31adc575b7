/**
 * A mirror in memory whose clock is set again and again while it works: detect, copies, publish and collect, each operation of theirs in
 * any order. Then the clock is right, and upstream is well; within days all must be here, by itself.
 */
import { formatCopyRequested, parseCopyRequested } from '../../../events/copy-requested.ts';
import { noRecordLog } from '../../../events/log-record.ts';
import { createCollector } from '../../../functions/collect/collector.ts';
import { answerRequest } from '../../../functions/copy/answer-request.ts';
import { pausedWithoutBucket } from '../../../functions/copy/pause.ts';
import { detectChannel } from '../../../functions/detect/detect-channel.ts';
import { createPublisher } from '../../../functions/publish/publisher.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { BucketFull, describeError } from '../../../shared/errors.ts';
import { silentLog } from '../../../shared/log.ts';
import { noMetrics } from '../../../shared/metrics.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import { DAY, POLICY, releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { keysOf } from '../../../shared/testing/journal.ts';
import { TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { createTurnstile } from '../../../shared/testing/turnstile.ts';
import { throwDice } from '../../support/dice.ts';
import { upstreamBy } from './clock-upstream.ts';
import { jumpingClock } from './jumping-clock.ts';
import { createSteadyPromises } from './steady-promises.ts';

export interface ClockFigures {
  readonly jumps: number;
  readonly storePaths: number;
  readonly deletedNames: number;
  readonly refusals: number;
  /** Of simulated time, from when the clock was right until all was here. */
  readonly healedAfterHours: number;
}

const RELEASES = 4;
const PHASES = 12;
const ANOTHER = 0.3;
const HOUR = DAY / 24;
/** Of a turn: one operation on a bucket. */
const TURN_MS = 100;
const JUMPS = 0.01;
const TURNS = 500;
/** What upstream lacked is asked for once a week at the least. */
const HEAL_ROUNDS = 8 * 4;
const MOST_SHARE = 0.8;

/** @throws what was promised and does not hold. */
export async function liveByJumpingClock(seed: number, signal: AbortSignal): Promise<ClockFigures> {
  const dice = throwDice(seed);
  const clock = jumpingClock(Date.parse('2026-11-25T00:00:00Z'), dice);
  const { now, steady } = clock;
  /** S3 has a clock of its own, which is right; a directory has the machine's. */
  const right = new Date(now());
  const dates = dice.happens(0.5) ? now : () => new Date(right.getTime() + steady());
  const [bucket, state] = [memoryBucket('memory://public', dates), memoryBucket('memory://state', dates)];
  let [isStormy, isFull] = [true, false];
  const turnstile = createTurnstile(seed, () => {
    clock.pass(TURN_MS);
    if (isStormy && dice.happens(JUMPS)) clock.jump();
    if (isStormy && dice.happens(JUMPS)) isFull = !isFull;
  });
  const idle = () => turnstile.pass(async () => undefined);

  const upstream = await upstreamBy(dice, RELEASES);
  const { objects, listed } = upstream;
  const promises = createSteadyPromises(listed, upstream.mayLack);
  const own = () => {
    const actor = { operations: Number.POSITIVE_INFINITY };
    return {
      bucket: turnstile.bucketOf(promises.watch(bucket), actor),
      state: turnstile.bucketOf(state, actor),
    };
  };
  const copyQueue = memoryQueue({ now });
  const sleep = (ms: number) =>
    turnstile.pass(async () => {
      clock.pass(ms);
    });
  const both = { now, steady, log: silentLog, records: noRecordLog };

  const copyDeps = { ...own(), ...both, copyLogs: false, trustedKeys: [TEST_KEY], retryAfterMs: 6 * HOUR };
  const copy = pausedWithoutBucket(
    (request: ReturnType<typeof parseCopyRequested>, run) =>
      answerRequest(request, { ...copyDeps, upstream: upstream.cache }, run),
    {
      lackOfRoom: async () => (isFull ? new BucketFull('full for a while') : undefined),
      trouble: async () => undefined,
      ...{ log: silentLog, now, sleep },
    },
  );
  async function copyAll(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const batch = copyQueue.receive(4);
      if (batch.length === 0) await idle();
      await Promise.all(
        batch.map((delivery) =>
          copy(parseCopyRequested(delivery.body), { signal, alone: () => false, receives: delivery.receives }).then(
            () => copyQueue.done(delivery),
            () => copyQueue.handBack(delivery, 1),
          ),
        ),
      );
    }
  }

  const publisherOn = (holder: string) =>
    createPublisher({
      ...own(),
      ...both,
      copyQueue,
      holder,
      cacheInfo: 'StoreDir: /nix/store\n',
      parts: { bucket: undefined, clickhouse: undefined, upstream: undefined },
      metrics: noMetrics,
      maxBucketBytes: 2 ** 40,
    });
  let publisher = publisherOn('machine');
  async function publishAll(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { outcome } = await publisher.tick(signal).catch(() => ({ outcome: 'failed' }));
      if (outcome !== 'ticked') await idle();
    }
  }

  let newest = 0;
  const detectDeps = { ...own(), ...both, copyQueue };
  const detect = () => {
    return detectChannel(UNSTABLE, { ...detectDeps, channels: upstream.channelsAt(newest) }, signal).catch(
      () => undefined,
    );
  };

  let [deletedNames, refusals] = [0, 0];
  const collector = createCollector({
    ...own(),
    ...both,
    policy: { ...POLICY, ms: 5 * DAY, mostShare: MOST_SHARE },
    sleep,
    holder: 'machine/collect',
  });
  async function collect(): Promise<void> {
    const names = promises.visible.size;
    try {
      const done = await collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: true }, signal);
      if (done.outcome === 'refused') refusals += 1;
      const went = 'figures' in done ? (done.figures?.deletedNames ?? 0) : 0;
      deletedNames += went;
      if (went > MOST_SHARE * Math.max(names, promises.visible.size + went))
        throw new Error(`collect took ${went} of ${names} names away`);
    } catch (error) {
      if (!/CONFLICT|LEASE_LOST/.test(describeError(error).code)) throw error;
    }
  }

  /** All at once, for some turns after detect and collect are done. */
  async function together(turns: number): Promise<void> {
    let over = false;
    const others = [copyAll(() => over), publishAll(() => over)];
    await Promise.all([detect(), collect()]);
    for (let turn = 0; turn < turns; turn += 1) await idle();
    over = true;
    await Promise.all(others);
    promises.complain();
    signal.throwIfAborted();
  }

  for (let phase = 0; phase < PHASES; phase += 1) {
    newest = Math.floor((phase * RELEASES) / PHASES);
    // Somebody asks for what no release may list.
    const strays = objects.filter(() => dice.happens(0.3)).map(({ hash }) => formatCopyRequested({ hash }));
    await copyQueue.sendAll(strays, signal);
    await together(TURNS);
    if (dice.happens(ANOTHER)) publisher = publisherOn(`machine ${phase}`); // the former is gone without a word
    clock.jump();
    clock.pass(dice.between(0, 6 * DAY));
  }
  newest = RELEASES - 1;
  [isStormy, isFull] = [false, false];
  clock.setRight();
  upstream.repair();

  const lacking = async (): Promise<readonly string[]> => {
    const wanted = [...(listed.get(releaseNumber(newest)) ?? [])].filter((hash) => !promises.visible.has(hash));
    return [
      ...wanted.map((hash) => `${hash} is not visible`),
      ...(promises.at() === newest ? [] : [`the channel stands at release ${promises.at()}, not at ${newest}`]),
      ...(await keysOf(state, 'staged/')),
      ...(await keysOf(state, 'unavailable/')),
    ];
  };
  for (let round = 0; round < HEAL_ROUNDS; round += 1) {
    await together(TURNS / 2);
    if ((await lacking()).length === 0)
      return {
        ...{ jumps: clock.jumps(), storePaths: promises.visible.size, deletedNames, refusals },
        healedAfterHours: round * 6,
      };
    clock.pass(6 * HOUR);
  }
  throw new Error(`${HEAL_ROUNDS / 4} days after the clock was right:\n${(await lacking()).join('\n')}`);
}
