/** Random numbers that can be thrown again: the same seed, the same numbers (mulberry32). */
export interface Dice {
  readonly seed: number;
  /** From `low` up to, but not including, `high`. */
  between(low: number, high: number): number;
  /** One of them; there must be one. */
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** True so often of all times, from 0 to 1. */
  happens(share: number): boolean;
}

export function throwDice(seed = Math.floor(Math.random() * 2 ** 31)): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    between: (low, high) => low + next() * (high - low),
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    happens: (share) => next() < share,
  };
}
