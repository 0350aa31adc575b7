/** The steps of a series: all that a range has, also those in which nothing happened. Pure. */
import { DAY, dayOf, type RangeName, rangeOf } from '../../../../shared/analytics/queries/range.ts';
import type { Step } from '../../../../shared/analytics/queries/traffic.ts';
import { dayWords, monthWord } from '../../../../shared/web/words.ts';
import { STEP_OF } from '../topics.ts';

export interface OneStep {
  /** As rows of series say it: `2026-11-22`, or `2026-11-22T11:00:00Z` by the hour; a week by its Monday. */
  readonly key: string;
  /** In a table, without what every row has: `2026-11-22`, `2026-11-22 11:00`. */
  readonly name: string;
  /** Below a bar, where there is one. */
  readonly label: string | undefined;
}

const HOUR = 3_600_000;
export const WEEK = 7 * DAY;
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

/** Of what is counted by the day, so that it has no hours. */
export const dailyStepOf = (range: RangeName): 'day' | 'week' => (range === '1y' ? 'week' : 'day');

/** The key of the step that a day is in. */
export const keyOfDay = (day: string, step: 'day' | 'week'): string =>
  step === 'week' ? dayOf(mondayOf(new Date(day))) : day;

const MADE: Readonly<Record<Step, (at: Date) => OneStep>> = {
  hour(at) {
    const [date, time] = [dayOf(at), at.toISOString().slice(11, 16)];
    return {
      key: `${date}T${time}:00Z`,
      name: `${date} ${time}`,
      label: at.getUTCHours() % 3 === 0 ? time : undefined,
    };
  },
  day: (at) => ({ key: dayOf(at), name: dayOf(at), label: dayWords(at) }),
  week: (at) => ({ key: dayOf(at), name: dayOf(at), label: at.getUTCDate() <= 7 ? monthWord(at) : undefined }),
};

/** What heads the names of steps in a table. */
export const STEP_HEADING: Readonly<Record<Step, string>> = { hour: 'Hour', day: 'Day', week: 'Week from' };
