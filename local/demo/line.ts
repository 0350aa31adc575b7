/** The line to the demo's upstream: as long and as narrow as one wants, so that there is something to see. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Line {
  /** Before each answer. */
  readonly latencyMs: number;
  /** Of all answers together. */
  readonly bytesPerSecond: number;
}

const PIECE_BYTES = 16 * 1024;

/** Passes bytes on, piece by piece, each when the line has room for it. */
export function narrowed({ bytesPerSecond }: Line): (bytes: Uint8Array) => AsyncGenerator<Uint8Array, undefined> {
  let free = 0; // when all that was sent will have gone through
  return async function* (bytes) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const now = performance.now();
      free = Math.max(now, free) + (piece.length / bytesPerSecond) * 1_000;
      await delay(free - now);
      yield piece;
    }
    return undefined;
  };
}
