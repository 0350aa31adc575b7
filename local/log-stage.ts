/** Load with what drives it on one machine: the spool that all other functions write into. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket } from '../shared/bucket/bucket.ts';
import type { FunctionProcess, FunctionProcessOptions } from './function-process.ts';
import { startFunction } from './function-process.ts';
import { type LogStreamTrigger, startLogStream } from './log-stream-trigger.ts';
import type { ServiceFunction } from './service.ts';
import { keepStanding } from './spool/keep-standing.ts';
import { segmentLoader } from './spool/load-segments.ts';
import type { Stage } from './stage.ts';

export interface LogStream {
  /** The spool. */
  readonly directory: string;
  /** Files in it that were open before any function was started. */
  readonly former: ReadonlySet<string>;
  readonly capBytes: number;
  /** When the tables are there; undefined: there is no ClickHouse to load into, and the spool keeps what is written. */
  readonly ready: Promise<unknown> | undefined;
  /** How long the last of it may take once all others have stopped, in milliseconds. */
  readonly lastMs: number;
  readonly state: Pick<Bucket, 'get' | 'put'>;
}

/** What load has begun may still end. */
const GRACE_MS = 5_000;

export interface LogStage extends Stage {
  /** Lines of the log stream that a function could not write. */
  lost(lines: number): void;
}

/** @throws {RuntimeFailed} when load can't be loaded. */
export async function startLogStage(
  fn: ServiceFunction,
  { directory, former, capBytes, ready, lastMs, state }: LogStream,
  options: FunctionProcessOptions,
): Promise<LogStage> {
  const { log } = options;
  const process: FunctionProcess | undefined = ready && (await startFunction(fn, options));
  let trigger: LogStreamTrigger | undefined;
  let lostEarly = 0;
  return {
    begin() {
      trigger = startLogStream({
        directory,
        former,
        capBytes,
        loader: process && segmentLoader({ directory, load: process.invoke, log }),
        ready: ready ?? new Promise(() => undefined),
        standing: keepStanding({ state, now: () => new Date() }),
        log,
      });
      trigger.lost(lostEarly);
    },
    lost(lines) {
      if (trigger) trigger.lost(lines);
      else lostEarly += lines;
    },
    async stop() {
      const last = trigger?.stop(lastMs);
      await Promise.race([last, delay(lastMs + GRACE_MS, undefined, { ref: false })]);
      await process?.stop(0); // what it is still at comes again
      await last;
    },
  };
}
