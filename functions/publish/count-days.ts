/**
 * Counts up the days of probes that are over (events/probe-days.ts). What the record lacks, it makes from the days' own objects, the
 * newest first and a few at a time: after a month without it, it is whole again within minutes.
 */
import {
  formatProbeDays,
  PROBE_DAYS_KEPT,
  PROBE_DAYS_KEY,
  type ProbedDay,
  parseProbeDays,
  probedDay,
} from '../../events/probe-days.ts';
import { parseProbes, probesKey } from '../../events/probes.ts';
import { dateOf, readable } from '../../events/record.ts';
import { type Bucket, bytesOf, getText, unchangedSince } from '../../shared/bucket/bucket.ts';

export interface DayCount {
  /** Resolves when nothing is to be done either, which it knows without asking. */
  run(now: Date, signal: AbortSignal): Promise<void>;
}

const DAY_MS = 86_400_000;
/** The last row of a day may be written after it. */
const LATE_MS = 5 * 60_000;
/** Of one run: a tick waits for it. */
export const MOST_READ = 10;

export function createDayCount({ state }: { readonly state: Pick<Bucket, 'get' | 'put'> }): DayCount {
  let countedTo: string | undefined;

  async function countUp(date: string, signal: AbortSignal): Promise<ProbedDay> {
    const day = readable(parseProbes, await getText(state, probesKey(date), signal));
    return { ...probedDay(day ?? { date, minutes: [] }), date };
  }

  return {
    async run(now, signal) {
      const dates = daysOverAt(now);
      if (countedTo === dates[0]) return;
      const stored = await state.get(PROBE_DAYS_KEY, { signal });
      const text = stored && (await bytesOf(stored.body)).toString('utf8');
      const known = new Map(readable(parseProbeDays, text)?.map((day) => [day.date, day]));
      const lacking = dates.filter((date) => !known.has(date));
      const read = await Promise.all(lacking.slice(0, MOST_READ).map((date) => countUp(date, signal)));
      for (const day of read) known.set(day.date, day);
      if (read.length > 0) {
        const days = dates.toReversed().flatMap((date) => known.get(date) ?? []);
        await state.put(PROBE_DAYS_KEY, formatProbeDays(days), { only: unchangedSince(stored?.etag), signal });
      }
      if (lacking.length <= MOST_READ) countedTo = dates[0];
    },
  };
}

/** The newest first. */
const daysOverAt = (now: Date): readonly string[] =>
  Array.from({ length: PROBE_DAYS_KEPT }, (_, at) => dateOf(new Date(now.getTime() - LATE_MS - (at + 1) * DAY_MS)));
