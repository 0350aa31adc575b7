/** Spaces ticks so that listing what is staged, which costs by what is stored, stays under a tenth of the time. */
import { isDue } from '../../shared/due.ts';

export interface Pace {
  isDue(): boolean;
  /** Runs and times a listing. */
  listing<T>(list: () => Promise<T>): Promise<T>;
}

const SHARE = 10;
/** A tick's timeout: what took longer by the clock was a clock that was set meanwhile. */
const MOST_MS = 300_000;

export function createPace(now: () => Date): Pace {
  let due = 0;
  return {
    isDue: () => isDue(due, now().getTime(), SHARE * MOST_MS),
    async listing(list) {
      const began = now().getTime();
      try {
        return await list();
      } finally {
        const tookMs = Math.min(MOST_MS, Math.max(0, now().getTime() - began));
        due = began + tookMs * SHARE;
      }
    },
  };
}
