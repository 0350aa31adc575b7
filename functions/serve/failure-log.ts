/** Failures of serve as records, at most one in ten seconds for each code: an outage is no flood. */
import { MOST_MESSAGE } from '../../events/failure-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import type { Trouble } from './answer.ts';

const SAY_EVERY_MS = 10_000;
/** There are far fewer codes. */
const MOST_CODES = 100;
const MOST_CODE = 64;

/** @param now milliseconds that only ever grow */
export function createFailureLog(records: RecordLog, now: () => number): (trouble: Trouble) => void {
  const sayAgainAt = new Map<string, number>();
  return ({ code: whole, message }) => {
    const code = whole.slice(0, MOST_CODE);
    if (now() < (sayAgainAt.get(code) ?? 0)) return;
    if (sayAgainAt.size >= MOST_CODES) sayAgainAt.clear();
    sayAgainAt.set(code, now() + SAY_EVERY_MS);
    records.add({ kind: 'failure', stage: 'serve', code, message: message.slice(0, MOST_MESSAGE) });
  };
}
