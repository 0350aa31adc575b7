/**
 * How much is looked up at once. Who finds no place waits a little; a line that is too long, or takes too long, turns away at
 * once: an answer that comes quickly lets a client ask elsewhere.
 */
import { Overloaded } from '../../shared/errors.ts';

export interface Gate {
  /** @throws {Overloaded} when there is no place in time. @throws whatever the work throws. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
  /** Works at once. */
  readonly atOnce: number;
  /** Who may wait for a place. */
  readonly waiting: number;
  readonly waitMs: number;
}

export function createGate({ atOnce, waiting: mostWaiting, waitMs }: GateOptions): Gate {
  const line = new Set<() => void>(); // a Set keeps the order of arrival
  let inside = 0;

  function enter(): Promise<void> | undefined {
    if (inside < atOnce) {
      inside += 1;
      return undefined;
    }
    if (line.size >= mostWaiting) throw new Overloaded('too many are looked up at once', { at_once: atOnce });
    return new Promise((resolve, reject) => {
      const admit = () => {
        clearTimeout(timer);
        line.delete(admit);
        resolve();
      };
      const timer = setTimeout(() => {
        line.delete(admit);
        reject(new Overloaded('no place was free in time', { at_once: atOnce, waited_ms: waitMs }));
      }, waitMs);
      line.add(admit);
    });
  }

  function leave(): void {
    const [next] = line;
    if (next)
      next(); // takes the place as it is
    else inside -= 1;
  }

  return {
    async pass(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
