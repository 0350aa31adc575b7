/** What publish found last of a part that serve does not look at itself. Pure. */
import { type ProbedPart, type ProbesOfDay, timeOfMinute } from '../../../events/probes.ts';
import { isTrouble } from '../../../shared/probe/trouble.ts';
import type { PartStanding } from './status.ts';

/** Publish probes once a minute. */
const FRESH_MS = 3 * 60_000;
/** A row says its minute: it was made somewhere in it. */
const WITHIN_MS = 60_000;

export function latestProbe(day: ProbesOfDay | undefined, part: ProbedPart, now: Date): PartStanding {
  const row = day?.minutes.at(-1);
  if (!day || !row) return { state: 'unknown' };
  const at = timeOfMinute(day.date, row.minute);
  if (now.getTime() - at.getTime() > FRESH_MS + WITHIN_MS) return { state: 'unknown', since: at };
  const finding = row[part];
  if (finding === null) return { state: 'not-configured' };
  if (typeof finding === 'number') return { state: 'online', latencyMs: finding, at };
  return { state: 'offline', trouble: isTrouble(finding.code) ? finding.code : 520, at };
}
