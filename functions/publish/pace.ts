/** Spaces ticks so that listing what is staged, which costs by what is stored, stays under a tenth of the time. */
export interface Pace {
  isDue(): boolean;
  /** Runs and times a listing. */
  listing<T>(list: () => Promise<T>): Promise<T>;
}

const SHARE = 10;

export function createPace(now: () => Date): Pace {
  let due = 0;
  return {
    isDue: () => now().getTime() >= due,
    async listing(list) {
      const began = now().getTime();
      try {
        return await list();
      } finally {
        due = began + (now().getTime() - began) * SHARE;
      }
    },
  };
}
