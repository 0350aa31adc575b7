/** All hard days, in the order in which they are lived. */
import { backlog } from './backlog.ts';
import { badUpstream } from './bad-upstream.ts';
import { bucketDown } from './bucket-down.ts';
import { clocks } from './clocks.ts';
import type { Day } from './day.ts';
import { dataDirFull, diskFull, diskNearlyFull } from './disk-full.ts';
import { duplicates } from './duplicates.ts';
import { machineClock } from './machine-clock.ts';
import { poison } from './poison.ts';

export const DAYS: readonly Day[] = [
  ...[bucketDown, badUpstream, diskFull, diskNearlyFull, dataDirFull],
  ...[duplicates, poison, backlog, clocks, machineClock],
];

/** @throws {RangeError} when there is no day of one of these names. */
export function daysNamed(names: readonly string[]): readonly Day[] {
  return names.map((name) => {
    const day = DAYS.find((one) => one.name === name);
    if (day === undefined) throw new RangeError(`there is no day ${name}; there are ${DAYS.map((one) => one.name)}`);
    return day;
  });
}
