/** What one line of the log stream is: a record, known noise, or unreadable. Any line is one of the three. */
import { type LogRecord, MOST_LINE_LENGTH, parseLogRecord } from '../../events/log-record.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import { isNoise } from './noise.ts';
import { isWithinReach } from './reach.ts';

export type SortedLine =
  | { readonly kind: 'record'; readonly record: LogRecord; readonly at: number }
  | { readonly kind: 'noise' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** @param begun when its delivery was tried first: what is a record then stays one. */
export function sortLine(line: string, begun: Date): SortedLine {
  if (line.length > MOST_LINE_LENGTH) return unreadable(`longer than ${MOST_LINE_LENGTH} characters`);
  if (isNoise(line)) return { kind: 'noise' };
  let record: LogRecord;
  try {
    record = parseLogRecord(line);
  } catch (error) {
    return unreadable(error instanceof Malformed ? error.message : describeError(error).message); // not what JSON says of it
  }
  const at = Date.parse(record.ts);
  if (!isWithinReach(at, begun)) return unreadable(`not a record of the log stream: ts: out of reach: ${record.ts}`);
  return { kind: 'record', record, at };
}

const unreadable = (reason: string): SortedLine => ({ kind: 'unreadable', reason });
