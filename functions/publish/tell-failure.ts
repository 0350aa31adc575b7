/**
 * Tells the log stream that a tick failed. On one machine ticks come every second, and what is in their way is in the way of the
 * next: the same code is told once in ten seconds.
 */
import { failureOf } from '../../events/failure-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import { isDue } from '../../shared/due.ts';

export interface FailureDeps {
  readonly records: RecordLog;
  readonly now: () => Date;
}

const EVERY_MS = 10_000;

export function createFailureTeller({ records, now }: FailureDeps): (error: unknown) => void {
  /** Code → when it was told (ms). */
  const told = new Map<string, number>();

  return (error) => {
    const at = now().getTime();
    for (const [code, since] of told) if (isDue(since + EVERY_MS, at, EVERY_MS)) told.delete(code);
    const failure = failureOf(error, { stage: 'publish' });
    if (told.has(failure.code)) return;
    told.set(failure.code, at);
    records.add(failure);
  };
}
