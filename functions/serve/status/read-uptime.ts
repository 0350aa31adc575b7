/**
 * Reads what the strips are made of: the days that publish has counted up, and the ones that it has not, which are today and, for some
 * minutes after midnight, yesterday. So it is two objects or three, however many days there are.
 */
import { PROBE_DAYS_KEY, type ProbedDay, parseProbeDays, probedDay } from '../../../events/probe-days.ts';
import { type ProbesOfDay, parseProbes, probesKey } from '../../../events/probes.ts';
import { dateOf, readable } from '../../../events/record.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';

export interface ProbesRead {
  readonly days: readonly ProbedDay[];
  /** The newest day of which there is a row. */
  readonly newest: ProbesOfDay | undefined;
}

const DAY_MS = 86_400_000;

export async function readProbes(state: Pick<Bucket, 'get'>, now: Date, signal: AbortSignal): Promise<ProbesRead> {
  const [today, yesterday] = [now, new Date(now.getTime() - DAY_MS)].map((at) => dateOf(at)) as [string, string];
  const day = async (date: string): Promise<ProbesOfDay | undefined> =>
    readable(parseProbes, await getText(state, probesKey(date), signal));
  const [counted = [], latest] = await Promise.all([
    getText(state, PROBE_DAYS_KEY, signal).then((text) => readable(parseProbeDays, text)),
    day(today),
  ]);
  const isCounted = counted.some(({ date }) => date === yesterday);
  const before = latest?.minutes.length && isCounted ? undefined : await day(yesterday);
  return {
    days: [
      ...counted.filter(({ date }) => date < today),
      ...(before && !isCounted ? [{ ...probedDay(before), date: yesterday }] : []),
      ...(latest ? [{ ...probedDay(latest), date: today }] : []),
    ],
    newest: latest?.minutes.length ? latest : (before ?? latest),
  };
}
