/**
 * The days that publish has probed, counted up once they are over: state `probes/days.json`, so that nobody reads ninety objects for
 * one picture. It is made of `probes/<date>.json` (probes.ts), and made anew from them when it is lost.
 *     {"parts":["bucket","clickhouse","upstream"],"days":[
 *      ["2026-11-21",[1440,0],[1421,19],[1440,0]],
 *      ["2026-11-22",[1438,0],[0,0],[1436,2]]]}
 * Of each part the minutes in which it answered, and those in which it did not. What is left of the day was not measured.
 */
import * as v from 'valibot';
import { Malformed } from '../shared/errors.ts';
import { MINUTES_A_DAY, PROBED_PARTS, PROBES, type ProbedPart, type ProbesOfDay } from './probes.ts';
import { parseJson } from './record.ts';

export interface ProbedMinutes {
  readonly ok: number;
  readonly down: number;
}

/** `date`: `2026-11-22`, UTC. */
export type ProbedDay = { readonly date: string } & Readonly<Record<ProbedPart, ProbedMinutes>>;

export const PROBE_DAYS_KEY = `${PROBES}days.json`;
/** Besides the one under way. */
export const PROBE_DAYS_KEPT = 90;

export function probedDay({ date, minutes }: ProbesOfDay): ProbedDay {
  const of = (part: ProbedPart): ProbedMinutes => {
    const found = minutes.flatMap((row) => (row[part] === null ? [] : [row[part]]));
    const ok = found.filter((finding) => typeof finding === 'number').length;
    return { ok, down: found.length - ok };
  };
  return { date, bucket: of('bucket'), clickhouse: of('clickhouse'), upstream: of('upstream') };
}

const minutes = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MINUTES_A_DAY));
const pair = v.pipe(
  v.tuple([minutes, minutes]),
  v.check(([ok, down]) => ok + down <= MINUTES_A_DAY, 'a day has 1440 minutes'),
);
const schema = v.object({
  parts: v.tuple([v.literal('bucket'), v.literal('clickhouse'), v.literal('upstream')]),
  days: v.pipe(
    v.array(v.tuple([v.pipe(v.string(), v.isoDate()), pair, pair, pair])),
    v.maxLength(10 * PROBE_DAYS_KEPT),
  ),
});

export function formatProbeDays(days: readonly ProbedDay[]): string {
  const row = ({ ok, down }: ProbedMinutes) => [ok, down];
  const rows = days.map(({ date, ...day }) => JSON.stringify([date, ...PROBED_PARTS.map((part) => row(day[part]))]));
  return `{"parts":${JSON.stringify(PROBED_PARTS)},"days":[\n${rows.join(',\n')}]}\n`;
}

/** @returns each day once. @throws {Malformed} */
export function parseProbeDays(text: string): readonly ProbedDay[] {
  const { days } = parseJson('a record of probed days', schema, text);
  const of = ([ok, down]: (typeof days)[number][1]): ProbedMinutes => ({ ok, down });
  const read = days.map(([date, bucket, clickhouse, upstream]) => ({
    ...{ date, bucket: of(bucket), clickhouse: of(clickhouse), upstream: of(upstream) },
  }));
  if (new Set(read.map(({ date }) => date)).size < read.length)
    throw new Malformed('not a record of probed days: days: a day twice', { field: 'days' });
  return read;
}
