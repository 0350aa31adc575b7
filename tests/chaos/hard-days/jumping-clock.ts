/** A clock that is set forward and back, by minutes, hours, days and years, while time itself only passes. */
import type { Dice } from '../../support/dice.ts';

export interface JumpingClock {
  /** What the clock says. */
  readonly now: () => Date;
  /** Milliseconds that only ever grow: what has passed. */
  readonly steady: () => number;
  pass(ms: number): void;
  /** Is set by chance, or now and then right. */
  jump(): void;
  /** Is right from now on. */
  setRight(): void;
  jumps(): number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const BY = [MINUTE, 30 * MINUTE, 5 * HOUR, DAY, 20 * DAY, YEAR, 10 * YEAR] as const;
const RIGHT = 0.3;
const BACK = 0.5;

export function jumpingClock(begins: number, dice: Dice): JumpingClock {
  let [passed, ahead, jumps] = [0, 0, 0];
  return {
    now: () => new Date(begins + passed + ahead),
    steady: () => passed,
    pass(ms) {
      passed += ms;
    },
    jump() {
      jumps += 1;
      const by = dice.pick(BY) * dice.between(0.1, 1) * (dice.happens(BACK) ? -1 : 1);
      ahead = dice.happens(RIGHT) ? 0 : Math.round(ahead + by);
      if (Math.abs(ahead) > 20 * YEAR) ahead = 0;
    },
    setRight() {
      ahead = 0;
    },
    jumps: () => jumps,
  };
}
