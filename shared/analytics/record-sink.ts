/**
 * Where the lines of the log stream go: to standard output, from which CloudWatch Logs takes them, or into a spool of segments on one
 * machine (spool-writer.ts). Whoever writes a record neither waits nor fails.
 */
import { openSpoolWriter, type SpoolWriterOptions } from './spool-writer.ts';

export type RecordSink = (line: string) => void;

/** @param spool the directory of segments (`SPOOL`); undefined: standard output; `off`: nowhere. */
export function openRecordSink(spool: string | undefined, options: SpoolWriterOptions = {}): RecordSink {
  if (spool === 'off') return () => undefined;
  if (spool !== undefined) return openSpoolWriter(spool, options).write;
  return (line) => process.stdout.write(`${line}\n`); // not console.log, which Lambda wraps
}
