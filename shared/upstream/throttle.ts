/** A bound on bytes per second, as a bucket of tokens that holds one second's worth at most. */
import { setTimeout as sleepFor } from 'node:timers/promises';

export interface Throttle {
  /**
   * Takes what has arrived, and resolves when more may. Who takes much waits long: those who come later wait for it too.
   * @throws the signal's reason
   */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

export interface ThrottleOptions {
  readonly bytesPerSecond: number;
  /** The clock, for tests: milliseconds. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const BURST_MS = 1_000;

export function createThrottle(options: ThrottleOptions): Throttle {
  const { bytesPerSecond, now = () => performance.now() } = options;
  const { sleep = (ms, signal) => sleepFor(ms, undefined, { signal }) } = options;
  let paidUntil = now(); // an empty bucket at first: processes that start again and again get no second's worth each time

  return {
    async take(bytes, signal) {
      signal.throwIfAborted();
      paidUntil = Math.max(paidUntil, now() - BURST_MS) + (bytes / bytesPerSecond) * 1_000;
      const waitMs = paidUntil - now();
      if (waitMs <= 0) return;
      // Node's own timers reject with an error around the reason.
      await sleep(waitMs, signal).catch((error: unknown) => Promise.reject(signal.aborted ? signal.reason : error));
    },
  };
}

/** A body whose chunks pass as the throttle lets them; while they wait, upstream is not read. */
export function throttled(
  body: AsyncIterable<Uint8Array>,
  throttle: Throttle,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = body[Symbol.asyncIterator]();
      return {
        async next() {
          const chunk = await chunks.next();
          if (!chunk.done) await throttle.take(chunk.value.length, signal);
          return chunk;
        },
        return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
