/**
 * Preloaded (`node --import`): Date as the file that CLOCK_FILE names says, which holds by how many milliseconds this machine's clock is
 * wrong. It may be written at any time; timers and performance.now() are as they were, as with a real clock that is set.
 */
import { readFileSync } from 'node:fs';
import { inheritedEnvironment } from '../../../shared/config/env.ts';

const LOOK_EVERY_MS = 50;

const file = inheritedEnvironment().CLOCK_FILE;
const RightDate = Date;
let [wrongBy, lookedAt] = [0, Number.NEGATIVE_INFINITY];

function now(): number {
  if (file !== undefined && performance.now() - lookedAt >= LOOK_EVERY_MS) {
    lookedAt = performance.now();
    wrongBy = shiftIn(file);
  }
  return RightDate.now() + wrongBy;
}

function shiftIn(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8')) || 0;
  } catch {
    return 0; // it is right
  }
}

globalThis.Date = new Proxy(RightDate, {
  construct: (date, args: readonly unknown[], target) =>
    Reflect.construct(date, args.length === 0 ? [now()] : args, target) as Date,
  apply: () => new RightDate(now()).toString(),
  get: (date, name, receiver) => (name === 'now' ? now : Reflect.get(date, name, receiver)),
});
