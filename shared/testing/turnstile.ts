/**
 * Lets one operation of many actors through at a time, by chance: how whatever runs at once may interleave. The same seed makes the same
 * choices.
 */
import type { Bucket } from '../bucket/bucket.ts';

export interface Turnstile {
  /** Waits for its turn, and does it while nobody else does anything. */
  pass<T>(operation: () => Promise<T>): Promise<T>;
  /** The bucket as one actor uses it. After so many operations it does nothing any more: its process has died. */
  bucketOf(bucket: Bucket, actor: { operations: number }): Bucket;
}

export function createTurnstile(seed: number, onTurn: () => void = () => undefined): Turnstile {
  const next = chance(seed);
  const waiting: (() => Promise<void>)[] = [];
  let pumping = false;

  async function pump(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // whoever can go on comes to its next operation
      const turn = waiting.splice(Math.floor(next() * waiting.length), 1)[0];
      if (!turn) break;
      onTurn();
      await turn();
    }
    pumping = false;
  }

  const pass = <T>(operation: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push(() => operation().then(resolve, reject));
      if (pumping) return;
      pumping = true;
      pump().catch(reject);
    });

  return {
    pass,
    bucketOf(bucket, actor) {
      const turn = <T>(operation: () => Promise<T>): Promise<T> => {
        actor.operations -= 1;
        if (actor.operations < 0) return new Promise(() => undefined); // dead: it never hears of anything again
        return pass(operation);
      };
      return {
        name: bucket.name,
        head: (...args) => turn(() => bucket.head(...args)),
        get: (...args) => turn(() => bucket.get(...args)),
        put: (...args) => turn(() => bucket.put(...args)),
        delete: (...args) => turn(() => bucket.delete(...args)),
        async *list(...args) {
          yield* await turn(() => Array.fromAsync(bucket.list(...args)));
        },
      };
    },
  };
}

/** From 0 up to 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
