/** A day by clocks that are set forward and back, by minutes to years, while the mirror works: many mirrors in memory, one after the other. */
import { throwDice } from '../../support/dice.ts';
import { type Counted, dayOf } from './again.ts';
import { type ClockFigures, liveByJumpingClock } from './clock-world.ts';
import type { DayOptions } from './day.ts';

export const clocks = dayOf(
  { name: 'clocks', trouble: 'the clock is set forward and back, by minutes to years' },
  live,
);

const FOR_MS = { short: 20_000, long: 600_000 };
const LEAST = 3;

async function live({ seed, size, say, signal }: DayOptions): Promise<Counted> {
  const began = performance.now();
  const whole = AbortSignal.any([AbortSignal.timeout(FOR_MS[size] * 10), ...(signal ? [signal] : [])]);
  const lived: ClockFigures[] = [];
  for (let turn = 0; turn < LEAST || performance.now() - began < FOR_MS[size]; turn += 1) {
    // The first mirror has the seed that is told, so that one that failed can be run again alone.
    const own = turn === 0 ? seed : throwDice(seed + turn).seed;
    try {
      lived.push(await liveByJumpingClock(own, whole));
    } catch (error) {
      throw new Error(`--seed ${own}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  const sum = (of: (figures: ClockFigures) => number): number => lived.reduce((total, one) => total + of(one), 0);
  const slowest = Math.max(...lived.map(({ healedAfterHours }) => healedAfterHours));
  say(
    `${lived.length} mirrors, ${sum(({ jumps }) => jumps)} jumps; complete at the latest ${slowest} simulated hours later`,
  );
  return {
    mirrors: { lived: lived.length, jumps: sum(({ jumps }) => jumps), healedAfterHours: slowest },
    storePaths: { visible: sum(({ storePaths }) => storePaths), deleted: sum(({ deletedNames }) => deletedNames) },
    collections: { refused: sum(({ refusals }) => refusals) },
  };
}
