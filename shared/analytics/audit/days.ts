/** Days that audits and repairs are asked for, UTC: `2026-11-22`. */
import { Malformed } from '../../errors.ts';
import { DAY, dayOf } from '../queries/range.ts';

/** How long requests are kept (schema/0001): what is older may be gone, and aggregates can't be held against it. */
export const REQUESTS_KEPT_DAYS = 90;

/** More at once would be a mistake. */
const MOST_DAYS = 4_000;

/** @throws {Malformed} */
export function parseDay(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dayOf(new Date(ms)) !== text)
    throw new Malformed('not a day such as 2026-11-22', { field: 'day' });
  return text;
}

export const dayAfter = (day: string, days: number): string => dayOf(new Date(Date.parse(day) + days * DAY));

/** From the first to the last, both included. @throws {Malformed} when it ends before it begins. */
export function daysFrom(first: string, last: string): readonly string[] {
  const length = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  if (length < 1) throw new Malformed('the last day is before the first', { field: 'day' });
  if (length > MOST_DAYS) throw new Malformed(`more than ${MOST_DAYS} days`, { field: 'day' });
  return Array.from({ length }, (_, n) => dayAfter(first, n));
}

/** The oldest day of which all requests are still there; an hour later, too. */
export const firstWholeDay = (now: Date): string =>
  dayOf(new Date(now.getTime() + DAY / 24 - (REQUESTS_KEPT_DAYS - 1) * DAY));
