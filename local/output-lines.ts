/** What a child prints, as log lines: those it logged as they are, and anything else kept as `output`. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Level, LogLine } from '../shared/log.ts';

const MOST_CHARACTERS = 8_192;
const LEVELS: readonly unknown[] = ['debug', 'info', 'warn', 'error'] satisfies Level[];

/** @param level of what is no log line. */
export function readOutput(stream: Readable, name: string, level: Level, onLine: (line: LogLine) => void): void {
  createInterface({ input: stream }).on('line', (text) => onLine(toLogLine(text, name, level)));
}

export function toLogLine(text: string, name: string, level: Level): LogLine {
  const logged = text.startsWith('{') ? asLogLine(text) : undefined;
  const time = new Date().toISOString();
  return logged ?? { time, level, event: 'output', function: name, message: text.slice(0, MOST_CHARACTERS) };
}

function asLogLine(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text) as LogLine;
    return typeof line.event === 'string' && LEVELS.includes(line.level) ? line : undefined;
  } catch {
    return undefined;
  }
}
