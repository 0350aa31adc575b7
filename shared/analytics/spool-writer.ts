/**
 * The spool: a directory of segments, each a file of lines, that one process appends to and that load takes whole. A segment is
 * called `<time>-<pid>-<number>.open` while it is written and `.ndjson` once it is closed: after five seconds, ten thousand lines
 * or four MiB. Names sort by the time they were begun.
 *     0001932f8a1c-4711-3.ndjson
 *
 * Lines of one turn of the event loop are written by one call. They are the system's then: the process may be killed, and they stay.
 */
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const OPEN = '.open';
export const CLOSED = '.ndjson';

export interface SpoolWriterOptions {
  readonly longestMs?: number;
  readonly mostLines?: number;
  readonly mostBytes?: number;
  /** Hears how many lines could not be written, and why: a full disk must not stop whoever answers. */
  readonly onLost?: (lines: number, error: unknown) => void;
}

export interface SpoolWriter {
  readonly write: (line: string) => void;
  /** Closes the segment under way. */
  close(): void;
}

/** The name of a segment, without its ending. @param pid of its writer, so that others know whether it still writes. */
export const segmentName = (at: Date, pid: number, number: number): string =>
  `${at.getTime().toString(16).padStart(12, '0')}-${pid}-${number}`;

const NAME = /^([0-9a-f]{12})-(\d+)-(\d+)\.(open|ndjson)$/;

/** Undefined for a file that is no segment. */
export function parseSegmentName(file: string) {
  const [, time, pid, , ending] = NAME.exec(file) ?? [];
  if (time === undefined) return undefined;
  return { begunAt: new Date(Number.parseInt(time, 16)), pid: Number(pid), closed: ending === 'ndjson' };
}

export function openSpoolWriter(directory: string, options: SpoolWriterOptions = {}): SpoolWriter {
  const { longestMs = 5_000, mostLines = 10_000, mostBytes = 4 * 2 ** 20, onLost = () => undefined } = options;
  let waiting: string[] = [];
  let segment: { readonly name: string; readonly file: number; lines: number; bytes: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let numbered = 0;

  const begin = () => {
    mkdirSync(directory, { recursive: true });
    numbered += 1;
    const name = segmentName(new Date(), process.pid, numbered);
    const file = openSync(join(directory, `${name}${OPEN}`), 'ax', 0o600);
    timer = setTimeout(close, longestMs).unref();
    return { name, file, lines: 0, bytes: 0 };
  };

  const put = (): void => {
    const lines = waiting;
    if (lines.length === 0) return;
    waiting = [];
    try {
      segment ??= begin();
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      for (let at = 0; at < bytes.length; ) at += writeSync(segment.file, bytes, at);
      segment.lines += lines.length;
      segment.bytes += bytes.length;
    } catch (error) {
      onLost(lines.length, error);
      close(); // what was written of the last line is for load to keep as unreadable
      return;
    }
    if (segment.lines >= mostLines || segment.bytes >= mostBytes) close();
  };

  const close = (): void => {
    clearTimeout(timer);
    const ended = segment;
    segment = undefined;
    if (!ended) return;
    try {
      closeSync(ended.file);
      renameSync(join(directory, `${ended.name}${OPEN}`), join(directory, `${ended.name}${CLOSED}`));
    } catch (error) {
      onLost(0, error); // it stays open in name, and is taken when this process has ended
    }
  };

  const closeWhole = (): void => {
    put();
    close();
  };
  process.once('exit', closeWhole);

  return {
    write(line) {
      if (waiting.length === 0) setImmediate(put);
      waiting.push(line);
    },
    close: closeWhole,
  };
}
