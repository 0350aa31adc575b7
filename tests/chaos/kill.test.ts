/** kill -9 at random moments while channels move: the invariants hold whenever it is down, and in the end nothing is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { readEnv } from '../../shared/config/env.ts';
import { integer, optional } from '../../shared/config/readers.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { type Dice, throwDice } from '../support/dice.ts';
import { until } from '../support/eventually.ts';
import { messagesLeft, readHoldings, temporaryFiles } from '../support/holdings.ts';
import { untilReady } from '../support/mirror.ts';
import { processesOf } from '../support/processes.ts';
import { closureOf, hashOf, lastStep, releasesAt } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

/** Slow enough that most of the work is still to do when the first ones are killed. */
const SLOW_UPSTREAM = ['--latency-ms', '100', '--kbps', '200'];
const QUICK = { POLL_INTERVAL: '1s', RETRY_UNAVAILABLE_AFTER: '1s' };
/** The share of kills that come before it is ready. */
const STARTING = 0.25;
/** Children see that their parent is gone, and go. */
const GONE_MS = 10_000;
const HEAL_MS = 150_000;
const LONGEST_MS = 300_000;

describeWithUpstream('a mirror that is killed again and again', (shared) => {
  const { CHAOS_SEED } = readEnv({ CHAOS_SEED: optional(integer(0, 2 ** 31, 0)) });
  let world: World;
  afterEach(() => world.close());

  it.each([
    { what: 'its whole process group', whom: 'group', kills: 10, faults: [] },
    { what: 'the parent alone, with faults upstream', whom: 'it', kills: 6, faults: ['--faults', 'all'] },
  ] as const)(
    'loses nothing when $what is killed $kills times',
    async ({ whom, kills, faults }) => {
      world = await openWorld(shared, [...SLOW_UPSTREAM, ...faults]);
      const dice = throwDice(CHAOS_SEED);
      process.stdout.write(`CHAOS_SEED=${dice.seed}\n`);

      const seen: number[] = [];
      for (let kill = 1; kill <= kills; kill += 1) {
        await killOnce(dice, whom);
        expect([kill, await world.broken()]).toEqual([kill, []]);
        seen.push((await readHoldings(world.buckets)).visible.size);
        if (kill % Math.ceil(kills / 2) === 0) await world.upstream.advance();
      }
      process.stdout.write(`visible after each kill: ${seen.join(' ')}\n`);
      expect(seen.at(-1)).toBeGreaterThan(0); // it got somewhere between its deaths

      if (faults.length > 0) await undisturbedUntilHealed();
      await expectComplete();
    },
    LONGEST_MS,
  );

  /** Some while it starts, most while it works. */
  async function killOnce(dice: Dice, whom: 'it' | 'group'): Promise<void> {
    const program = world.launch(QUICK);
    if (dice.between(0, 1) < STARTING) await delay(dice.between(200, 2_000));
    else await untilReady(program).then(() => delay(dice.between(0, 4_000)));
    program.signal('SIGKILL', whom);
    expect(await program.ended).toBeNull(); // it was alive until now
    await noProcessIsLeft();
  }

  const noProcessIsLeft = (): Promise<void> =>
    until('all its processes to be gone', async () => (await processesOf(world.dataDir)).length === 0, GONE_MS);

  async function undisturbedUntilHealed(): Promise<void> {
    await world.upstream.repairAll();
    const mirror = await world.lasting(QUICK);
    const nothingUnavailable = async (): Promise<boolean> => {
      const { unavailable, pointers } = await readHoldings(world.buckets);
      return unavailable.length === 0 && pointers.size > 0;
    };
    await until('everything to heal', nothingUnavailable, HEAL_MS);
    expect(await mirror.stop()).toBe(0);
    expect(await world.broken()).toEqual([]);
  }

  async function expectComplete(): Promise<void> {
    const { reference, upstream, dataDir, buckets } = world;
    const last = lastStep(reference);
    for (let step = 0; step <= last; step += 1) {
      await upstream.advance();
      expect(await world.once()).toMatchObject({ code: 0, failedChannels: [], deadLettered: 0 });
    }
    expect(await world.broken()).toEqual([]);
    await noProcessIsLeft();

    const { visible, pointers, staged, unavailable, manifests } = await readHoldings(buckets);
    expect(new Map([...pointers].map(([channel, { release }]) => [channel, release]))).toEqual(
      releasesAt(reference, last),
    );
    const settled = reference.releases.filter(({ prefix }) => manifests.has(prefix)).flatMap(({ listed }) => listed);
    expect([...visible]).toEqual(expect.arrayContaining([...closureOf(reference, settled)].map(hashOf)));
    expect({ staged, unavailable }).toEqual({ staged: [], unavailable: [] });
    expect(messagesLeft(dataDir)).toBe(0);
    expect(await temporaryFiles(dataDir)).toEqual([]);
  }
});
