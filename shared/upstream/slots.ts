/** A bounded number of places. Who finds none waits in line; who gives up leaves the line. */
import { roomOf } from '../nix/room.ts';

export interface Slots {
  /**
   * Takes a place, at once or when one is given back. The function returned gives it back; calling it again is fine.
   * @throws the signal's reason, when it aborts first.
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** Room for so many ones. */
export function createSlots(count: number): Slots {
  const room = roomOf(count);
  return { take: (signal) => room.take(1, signal) };
}
