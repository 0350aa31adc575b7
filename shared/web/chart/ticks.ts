/** Where an axis has its lines: at round numbers, few, and the last one is not below the largest value. Pure. */

/** @param most the largest value; nothing below 0 is drawn. @returns from 0 on, in equal steps of whole numbers. */
export const countTicks = (most: number, steps = 4): readonly number[] => ticksBy(stepOf(10), most, steps);

/** The same in steps that are round as KiB, MiB and so on. */
export const byteTicks = (most: number, steps = 4): readonly number[] => ticksBy(stepOf(1_024), most, steps);

/** @param stepAt ever larger steps, of which the first that is large enough is taken. */
function ticksBy(stepAt: (at: number) => number, most: number, steps: number): readonly number[] {
  let [at, step] = [0, stepAt(0)];
  while (step * steps < most) {
    at += 1;
    step = stepAt(at);
  }
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

/** 1, 2, 5, 10, 20 …; of bytes up to 500, then the next unit's. */
function stepOf(unit: number): (at: number) => number {
  const ladder = unit === 10 ? [1, 2, 5] : [1, 2, 5, 10, 20, 50, 100, 200, 500];
  return (at) => (ladder[at % ladder.length] ?? 1) * unit ** Math.floor(at / ladder.length);
}

/**
 * For a logarithmic axis: 1, 3, 10, 30 …, the first not above `least`, the last not below `most`, and at least two of them.
 *
 * @param least more than 0
 */
export function logTicks(least: number, most: number): readonly number[] {
  const rung = (at: number): number => (at % 2 === 0 ? 1 : 3) * 10 ** Math.floor(at / 2);
  let first = 0;
  while (rung(first + 1) <= least) first += 1;
  let last = first + 1;
  while (rung(last) < most) last += 1;
  return Array.from({ length: last - first + 1 }, (_, i) => rung(first + i));
}

/** The last one and every second, third … before it, so that there are few enough to be read. */
export function thinned<T>(all: readonly T[], most: number): readonly T[] {
  const every = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, i) => (all.length - 1 - i) % every === 0);
}
