/** The stretches of time that pages offer. All are UTC and half-open, begin and end on whole hours, and hold the one under way. */
export const RANGES = ['24h', '7d', '30d', '1y'] as const;
export type RangeName = (typeof RANGES)[number];
/** Where nobody says which. */
export const USUAL_RANGE: RangeName = '30d';

export interface Range {
  readonly from: Date;
  readonly to: Date;
}

/** Whole days, half-open: `2026-10-27` up to, but not including, `2026-11-26`. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const LENGTHS = { '7d': 7, '30d': 30, '1y': 365 } as const;

/** Days that end with today; `24h` ends with the hour under way. */
export function rangeOf(name: RangeName, now: Date): Range {
  if (name === '24h') {
    const to = (Math.floor(now.getTime() / HOUR) + 1) * HOUR;
    return { from: new Date(to - DAY), to: new Date(to) };
  }
  const to = (Math.floor(now.getTime() / DAY) + 1) * DAY;
  return { from: new Date(to - LENGTHS[name] * DAY), to: new Date(to) };
}

/** The whole days that a range touches: what is kept by the day can't be had by the hour. */
export const daysOf = ({ from, to }: Range): Days => ({
  from: dayOf(from),
  to: dayOf(new Date(Math.ceil(to.getTime() / DAY) * DAY)),
});

/** So many whole days before the one that is under way. */
export const daysBefore = (now: Date, days: number): Days => ({
  from: dayOf(new Date(now.getTime() - days * DAY)),
  to: dayOf(now),
});

/** `2026-11-22` */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The hours of a range as ClickHouse reads them: `2026-11-22 11:00:00`. */
export const hoursOf = ({ from, to }: Range) => ({ from: inSql(from), to: inSql(to) });

const inSql = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ');
