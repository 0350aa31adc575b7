/**
 * One log line per outcome, logged where it is decided: an event name of fixed text, and fields with dotted names and a
 * unit (`duration_ms`, `bytes`). A line is one JSON object on standard output, which is what both CloudWatch Logs and the
 * local runtime read. Never the environment, never a body, never a client's address.
 */
import { describeError, type ErrorDescription } from './errors.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];
export type Fields = Readonly<Record<string, unknown>>;

export interface LogLine extends Fields {
  readonly time: string;
  readonly level: Level;
  readonly event: string;
  readonly function?: string;
}

export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** The same log with fields that every line carries. */
  with(fields: Fields): Log;
}

export interface LogOptions {
  /** Fields of every line; `function` is the stage's name. */
  readonly fields?: Fields;
  /** Lines below it are not written. Default `info`. */
  readonly level?: Level;
  /** Where a line goes; standard output unless told. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(options: LogOptions = {}): Log {
  const { fields: common = {}, level: least = 'info', now = () => new Date() } = options;
  const write = options.write ?? ((line: string) => process.stdout.write(`${line}\n`));
  const say = (level: Level, event: string, fields: Fields = {}): void => {
    if (RANK[level] < RANK[least]) return;
    write(JSON.stringify({ time: now().toISOString(), level, event, ...common, ...fields }, plain));
  };
  return {
    debug: (event, fields) => say('debug', event, fields),
    info: (event, fields) => say('info', event, fields),
    warn: (event, fields) => say('warn', event, fields),
    error: (event, fields) => say('error', event, fields),
    with: (fields) => createLog({ ...options, fields: { ...common, ...fields } }),
  };
}

/** Writes nothing: for tests and for logic whose caller reports by itself. */
export const silentLog: Log = createLog({ write: () => undefined });

/** Keeps its lines in memory: for tests that assert on what an operator would read. */
export function memoryLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  return Object.assign(createLog({ level: 'debug', write: (line) => lines.push(JSON.parse(line) as LogLine) }), {
    lines,
  });
}

function plain(_name: string, value: unknown): unknown {
  if (value instanceof Error) return describeError(value) satisfies ErrorDescription;
  return typeof value === 'bigint' ? Number(value) : value;
}
