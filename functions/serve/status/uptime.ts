/** How a part of the service was in the last ninety days, from what publish has found once a minute. Pure. */
import type { ProbedDay } from '../../../events/probe-days.ts';
import { MINUTES_A_DAY, minuteOf, PROBED_PARTS, type ProbedPart } from '../../../events/probes.ts';
import { dateOf } from '../../../events/record.ts';

/** In minutes. */
export interface UptimeDay {
  /** `2026-11-22`, UTC. */
  readonly date: string;
  readonly ok: number;
  readonly down: number;
  /** Nobody probed, or it could not be written down. None of the first day that was measured. */
  readonly unmeasured: number;
}

export interface PartUptime {
  /** Oldest first. The last one is today, as far as it has come. */
  readonly days: readonly UptimeDay[];
  /** The first day that was measured; undefined: none was. */
  readonly since: string | undefined;
}

export type Uptime = Readonly<Record<ProbedPart, PartUptime>>;

/** With today. */
export const UPTIME_DAYS = 90;

const DAY_MS = 86_400_000;

/** @param known in any order; of a day that is there twice the last one counts. */
export function uptimeOf(known: readonly ProbedDay[], now: Date): Uptime {
  const byDate = new Map(known.map((day) => [day.date, day]));
  const dates = Array.from({ length: UPTIME_DAYS }, (_, at) =>
    dateOf(new Date(now.getTime() - (UPTIME_DAYS - 1 - at) * DAY_MS)),
  );
  const of = (part: ProbedPart): PartUptime => {
    const minutes = dates.map((date) => ({ date, ...(byDate.get(date)?.[part] ?? { ok: 0, down: 0 }) }));
    const since = minutes.find(isMeasured)?.date;
    const days = minutes.map(({ date, ok, down }, at) => {
      const gone = at === UPTIME_DAYS - 1 ? minuteOf(now) : MINUTES_A_DAY;
      // On the first day nobody can have probed from midnight on.
      return { date, ok, down, unmeasured: date === since ? 0 : Math.max(0, gone - ok - down) };
    });
    return { days, since };
  };
  return Object.fromEntries(PROBED_PARTS.map((part) => [part, of(part)])) as Record<ProbedPart, PartUptime>;
}

export const isMeasured = ({ ok, down }: Pick<UptimeDay, 'ok' | 'down'>): boolean => ok + down > 0;

/** The days from the first that was measured: what was before it is no gap. */
export const measuredDays = ({ days, since }: PartUptime): readonly UptimeDay[] =>
  since === undefined ? [] : days.filter(({ date }) => date >= since);

/** All of it together. */
export function minutesOf(uptime: PartUptime): Omit<UptimeDay, 'date'> {
  const sum = { ok: 0, down: 0, unmeasured: 0 };
  for (const day of measuredDays(uptime))
    for (const kind of ['ok', 'down', 'unmeasured'] as const) sum[kind] += day[kind];
  return sum;
}

/** In hundredths of a per cent, rounded down: 10 000 is all of it. Undefined while nothing was measured. */
export function uptimeShare(uptime: PartUptime): number | undefined {
  const { ok, down } = minutesOf(uptime);
  return ok + down === 0 ? undefined : Math.floor((ok * 10_000) / (ok + down));
}
