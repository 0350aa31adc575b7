/**
 * What publish found when it probed the parts of the service, once a minute: state `probes/<date>.json`, one object a day.
 *     {"date":"2026-11-23","parts":["bucket","clickhouse","upstream"],"minutes":[
 *      [585,14,null,41],
 *      [586,{"code":522},null,40]]}
 * A row is the minute of the day (UTC), then what each part was: its latency in milliseconds, a trouble, or null when it is
 * not there to be probed. A minute without a row is not known: nobody probed, or the state bucket did not take it.
 */
import * as v from 'valibot';
import { parseJson } from './record.ts';

export const PROBED_PARTS = ['bucket', 'clickhouse', 'upstream'] as const;
export type ProbedPart = (typeof PROBED_PARTS)[number];

/** Milliseconds, or a trouble by its number (shared/probe/trouble.ts). Null: not configured. */
export type Finding = number | { readonly code: number } | null;
export type Findings = Readonly<Record<ProbedPart, Finding>>;

export interface ProbesOfDay {
  /** `2026-11-23`, UTC. */
  readonly date: string;
  /** Oldest first, each minute once. */
  readonly minutes: readonly ({ readonly minute: number } & Findings)[];
}

export const MINUTES_A_DAY = 1_440;
export const PROBES = 'probes/';
export const minuteOf = (at: Date): number => at.getUTCHours() * 60 + at.getUTCMinutes();
export const probesKey = (date: string): string => `${PROBES}${date}.json`;

/** When a row was made, to the minute. */
export const timeOfMinute = (date: string, minute: number): Date =>
  new Date(Date.parse(`${date}T00:00:00Z`) + minute * 60_000);

/** The day with one more row; a second one in a minute takes the place of the first. */
export function withFindings(day: ProbesOfDay, minute: number, findings: Findings): ProbesOfDay {
  const others = day.minutes.filter((row) => row.minute !== minute);
  return { ...day, minutes: [...others, { minute, ...findings }].sort((a, b) => a.minute - b.minute) };
}

const finding = v.nullable(
  v.union([v.pipe(v.number(), v.minValue(0)), v.object({ code: v.pipe(v.number(), v.safeInteger()) })]),
);
const minuteOfDay = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MINUTES_A_DAY - 1));
const schema = v.object({
  date: v.pipe(v.string(), v.isoDate()),
  parts: v.tuple([v.literal('bucket'), v.literal('clickhouse'), v.literal('upstream')]),
  minutes: v.array(v.tuple([minuteOfDay, finding, finding, finding])),
});

export function formatProbes({ date, minutes }: ProbesOfDay): string {
  const rows = minutes.map((row) => JSON.stringify([row.minute, row.bucket, row.clickhouse, row.upstream]));
  return `{"date":${JSON.stringify(date)},"parts":${JSON.stringify(PROBED_PARTS)},"minutes":[\n${rows.join(',\n')}]}\n`;
}

/** @throws {Malformed} */
export function parseProbes(text: string): ProbesOfDay {
  const { date, minutes } = parseJson('a record of probes', schema, text);
  return {
    date,
    minutes: minutes.map(([minute, bucket, clickhouse, upstream]) => ({ minute, bucket, clickhouse, upstream })),
  };
}
