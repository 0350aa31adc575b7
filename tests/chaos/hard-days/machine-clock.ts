/**
 * A day on which the clock of the machine is set, forward and back, by minutes to years, under a real mirror that works. Its queues have a
 * clock of their own, as those of AWS do.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { throwDice } from '../../support/dice.ts';
import { openWorld } from '../../support/world.ts';
import type { Day, DayOptions, DayReport } from './day.ts';
import { jumpingClock } from './jumping-clock.ts';
import { liveThrough } from './live.ts';

export const machineClock: Day = {
  name: 'machine-clock',
  trouble: "the machine's clock is set forward and back under a mirror that works",
  impossible: () => undefined,
  run,
};

const PRELOAD = fileURLToPath(new URL('./shifted-date.ts', import.meta.url));
const UPSTREAM = ['--latency-ms', '30', '--kbps', '1500'];
const JUMPS = { short: 8, long: 150 };
const BETWEEN_MS = [300, 1_500] as const;

async function run({ shared, seed, size, say, signal }: DayOptions): Promise<DayReport> {
  await using opened = new AsyncDisposableStack();
  const world = await openWorld(shared, UPSTREAM);
  opened.defer(() => world.close());
  const file = join(world.folder, 'clock');
  const begins = Date.now();
  const clock = jumpingClock(begins, throwDice(seed));
  /** Whole or not at all. */
  const set = async (): Promise<void> => {
    await writeFile(`${file}.new`, String(clock.now().getTime() - begins));
    await rename(`${file}.new`, file);
  };
  return await liveThrough({
    ...{ day: machineClock.name, seed, size, say, world, ...(signal ? { signal } : {}) },
    environment: { NODE_OPTIONS: `--import ${PRELOAD} --disable-warning=ExperimentalWarning`, CLOCK_FILE: file },
    codes: [],
    async trouble({ dice }) {
      for (let jump = 0; jump < JUMPS[size]; jump += 1) {
        signal?.throwIfAborted();
        clock.jump();
        await set();
        await delay(dice.between(...BETWEEN_MS));
        if (jump % 3 === 0) await world.upstream.advance();
      }
      clock.setRight();
      await set();
      return { jumps: clock.jumps() };
    },
  });
}
