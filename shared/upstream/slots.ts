/** A bounded number of places. Who finds none waits in line; who gives up leaves the line. */
export interface Slots {
  /**
   * Takes a place, at once or when one is given back. The function returned gives it back; calling it again is fine.
   * @throws the signal's reason, when it aborts first.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>(); // a Set keeps the order of arrival
  let free = count;

  function giveBack(): void {
    free += 1;
    const [next] = waiting;
    next?.();
  }

  function taken(): () => void {
    free -= 1;
    let held = true;
    return () => {
      if (held) giveBack();
      held = false;
    };
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (free > 0) return Promise.resolve(taken());
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(enter);
          signal.removeEventListener('abort', giveUp);
        };
        const enter = () => {
          leave();
          resolve(taken());
        };
        const giveUp = () => {
          leave();
          reject(signal.reason);
        };
        waiting.add(enter);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
