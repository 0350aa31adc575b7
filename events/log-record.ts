/**
 * The records of the log stream: one JSON line each, between other lines of the same stream. What stages write here, load makes
 * rows of. `kind` says which, and every record has it, so that a subscription can pick them by a plain term.
 */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { channelUpdateRecord } from './channel-update-record.ts';
import { copyRecord } from './copy-record.ts';
import { failureRecord } from './failure-record.ts';
import { probeRecord } from './probe-record.ts';
import { parseJson } from './record.ts';
import { LOG_RECORD_VERSION } from './record-fields.ts';
import { requestRecord } from './request-record.ts';

const schema = v.variant('kind', [requestRecord, channelUpdateRecord, copyRecord, failureRecord, probeRecord]);

export type LogRecord = v.InferOutput<typeof schema>;
export type LogRecordKind = LogRecord['kind'];

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A record as its writer has it: version, id and, unless it says so itself, time are added. */
export type NewLogRecord = Without<LogRecord, 'v' | 'id' | 'ts'> & { readonly ts?: string };

/** What is longer is no record of ours. */
export const MOST_LINE_LENGTH = 16_384;

/** @throws {Malformed} that names the field. */
export const parseLogRecord = (line: string): LogRecord => parseJson('a record of the log stream', schema, line);

export function formatLogRecord(record: NewLogRecord, now: Date): string {
  const { kind, ts = now.toISOString() } = record;
  return JSON.stringify(Object.assign({ v: LOG_RECORD_VERSION, kind, id: randomUUID(), ts }, record));
}

/** Where a stage writes its records. It never throws, and nobody waits for it. */
export interface RecordLog {
  add(record: NewLogRecord): void;
}

/** @param write takes one line, without its end (shared/analytics/record-sink.ts). */
export const createRecordLog = (write: (line: string) => void, now: () => Date = () => new Date()): RecordLog => ({
  add: (record) => write(formatLogRecord(record, now())),
});

/** Writes nothing: for tests, and where there is no log stream. */
export const noRecordLog: RecordLog = { add: () => undefined };

/** Keeps its records: for tests. They have been through text, as all records go. */
export function memoryRecordLog(now?: () => Date): RecordLog & { readonly records: readonly LogRecord[] } {
  const records: LogRecord[] = [];
  return Object.assign(
    createRecordLog((line) => records.push(parseLogRecord(line)), now),
    { records },
  );
}
