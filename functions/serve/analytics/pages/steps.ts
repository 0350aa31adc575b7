/** The steps of a series: all that a range has, also those in which nothing happened. Pure. */
import { DAY, type RangeName, rangeOf } from '../../../../shared/analytics/queries/range.ts';
import type { Step } from '../../../../shared/analytics/queries/traffic.ts';
import { dayWords, monthWord } from '../../../../shared/web/words.ts';
import { STEP_OF } from '../topics.ts';

export interface OneStep {
  /** As rows of series say it: `2026-11-22`, or `2026-11-22T11:00:00Z` by the hour; a week by its Monday. */
  readonly key: string;
  /** `22 Nov`, `22 Nov, 11:00`, `week of 16 Nov 2026`. */
  readonly name: string;
  /** Below a bar, where there is one. */
  readonly label: string | undefined;
}

const HOUR = 3_600_000;
const WEEK = 7 * DAY;
/** 1970 began on a Thursday. */
const FIRST_MONDAY = 4 * DAY;

/** Oldest first. The first and the last week are those that the range touches. */
export function stepsOf(range: RangeName, now: Date, step: Step = STEP_OF[range]): readonly OneStep[] {
  const { from, to } = rangeOf(range, now);
  const lasts = { hour: HOUR, day: DAY, week: WEEK }[step];
  const first = step === 'week' ? mondayOf(from).getTime() : Math.floor(from.getTime() / lasts) * lasts;
  const steps: OneStep[] = [];
  for (let at = first; at < to.getTime(); at += lasts) steps.push(MADE[step](new Date(at)));
  return steps;
}

export const mondayOf = (at: Date): Date =>
  new Date(Math.floor((at.getTime() - FIRST_MONDAY) / WEEK) * WEEK + FIRST_MONDAY);

/** The week that a day is in, as a step has it. */
export const weekKey = (day: string): string => dateKey(mondayOf(new Date(day)));

const dateKey = (at: Date): string => at.toISOString().slice(0, 10);

const MADE: Readonly<Record<Step, (at: Date) => OneStep>> = {
  hour(at) {
    const time = at.toISOString().slice(11, 16);
    const isLabelled = at.getUTCHours() % 3 === 0;
    const key = at.toISOString().replace('.000Z', 'Z');
    return { key, name: `${dayWords(at)}, ${time}`, label: isLabelled ? time : undefined };
  },
  day: (at) => ({ key: dateKey(at), name: dayWords(at), label: dayWords(at) }),
  week(at) {
    const beginsMonth = at.getUTCDate() <= 7;
    return {
      key: dateKey(at),
      name: `week of ${dayWords(at)} ${at.getUTCFullYear()}`,
      label: beginsMonth ? monthWord(at) : undefined,
    };
  },
};
