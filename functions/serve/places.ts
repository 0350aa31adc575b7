/** A number of places for what is costly. Who finds none is told so at once. */
export interface Places {
  /** What gives the place back, once and for all; undefined when there is none. */
  take(): (() => void) | undefined;
}

export function createPlaces(count: number): Places {
  let free = count;
  return {
    take() {
      if (free === 0) return undefined;
      free -= 1;
      let held = true;
      return () => {
        if (held) free += 1;
        held = false;
      };
    },
  };
}
