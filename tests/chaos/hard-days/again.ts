/** Says of a day that did not hold how to live it again. */
import type { Day, DayOptions, DayReport } from './day.ts';

export type Counted = DayReport['counts'];

/** The day whose trouble, and what must hold after it, is `live`; what that throws is the reason why it did not hold. */
export function dayOf(
  { name, trouble }: Pick<Day, 'name' | 'trouble'>,
  live: (told: DayOptions) => Promise<Counted>,
): Day {
  return {
    name,
    trouble,
    impossible: () => undefined,
    async run(told) {
      const { seed, size, signal } = told;
      const began = performance.now();
      try {
        const counts = await live(told);
        return { day: name, seed, durationMs: Math.round(performance.now() - began), counts };
      } catch (error) {
        signal?.throwIfAborted();
        const again = `--days ${name}${size === 'short' ? ' --short' : ''} --seed ${seed}`;
        throw new Error(`${again}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    },
  };
}
