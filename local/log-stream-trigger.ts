/**
 * Drives load by the spool: closed segments in the order of their names, one at a time, each gone once load has it. While load fails
 * they wait, up to a limit: then the oldest are dropped and counted. How it stands is written down for the status page.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../shared/log.ts';
import { createFailureReport } from './failure-report.ts';
import { beyondCap, drop } from './spool/keep-cap.ts';
import type { StandingKeeper } from './spool/keep-standing.ts';
import type { SegmentLoader } from './spool/load-segments.ts';
import { closeLeft, type Segment, segmentsIn } from './spool/segments.ts';
import { whoWrites } from './spool/who-writes.ts';

export interface LogStreamTrigger {
  /** Lines that could not even be written. */
  lost(lines: number): void;
  /** Once all writers have ended: takes what is there for as long as that, and leaves the rest for the next start. */
  stop(withinMs: number): Promise<void>;
}

export interface LogStreamOptions {
  readonly directory: string;
  /** Files of a former runtime that it did not close. */
  readonly former: ReadonlySet<string>;
  readonly capBytes: number;
  /** Undefined: nobody loads, and all waits. */
  readonly loader: SegmentLoader | undefined;
  /** Nothing is loaded before. */
  readonly ready: Promise<unknown>;
  readonly standing: StandingKeeper;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly pace?: Partial<Pace>;
}

export interface Pace {
  /** Between two looks when there is nothing to do, in milliseconds. */
  readonly idleMs: number;
  /** After a failure: the first time, and at most. */
  readonly retryMs: number;
  readonly longestMs: number;
}

const PACE: Pace = { idleMs: 1_000, retryMs: 500, longestMs: 30_000 };
/** A look at a spool of a hundred thousand takes a while: it is taken in a tenth of the time. */
const LOOK_SHARE = 10;

export function startLogStream(options: LogStreamOptions): LogStreamTrigger {
  const { directory, former, capBytes, loader, standing, log } = options;
  const mayBeWritten = whoWrites({ former });
  const pace = { ...PACE, ...options.pace };
  const segments = segmentsIn(directory);
  const told = createFailureReport('spool', log);
  const stopping = new AbortController();
  let mayLoad = false;
  let failures = 0;
  let dropped = 0;
  const ready = options.ready.then(
    () => {
      mayLoad = loader !== undefined;
    },
    () => undefined,
  );

  async function withinCap(found: readonly Segment[]): Promise<readonly Segment[]> {
    const beyond = beyondCap(found, capBytes);
    let lines = 0;
    for (const segment of beyond) lines += await drop(directory, segment);
    if (beyond.length > 0) log.warn('records.dropped', { segments: beyond.length, count: lines, limit: capBytes });
    dropped += lines;
    return found.slice(beyond.length);
  }

  /** Takes them one by one, until one fails or the time is over. @returns those that are left. */
  async function takeAll(waiting: readonly Segment[], untilMs: number): Promise<readonly Segment[]> {
    for (let left = waiting; ; ) {
      if (!loader || !mayLoad || left.length === 0 || performance.now() > untilMs) return left;
      const gone = await loader.take(left);
      left = left.slice(gone);
      failures = gone > 0 ? 0 : failures + 1;
      if (failures > 0) return left;
    }
  }

  /** @returns how long until the next one. */
  async function round(): Promise<number> {
    const began = performance.now();
    await closeLeft(directory, mayBeWritten);
    const found = await withinCap(await segments.look());
    const enough = Math.max(pace.idleMs, LOOK_SHARE * (performance.now() - began));
    const left = await takeAll(found, stopping.signal.aborted ? 0 : began + enough);
    await tell(left);
    told.worked();
    if (failures > 0) return Math.min(pace.longestMs, pace.retryMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
    return left.length > 0 && mayLoad ? 0 : enough;
  }

  async function tell(waiting: readonly Segment[], atOnce = false): Promise<void> {
    const [oldest] = waiting;
    const more = dropped;
    dropped = 0;
    const bytes = waiting.reduce((sum, segment) => sum + segment.bytes, 0);
    const since = oldest ? { oldest: oldest.begunAt.toISOString() } : {};
    const now = { waiting: { segments: waiting.length, bytes, ...since }, loadedUpTo: loader?.loadedUpTo() };
    await standing.tell({ ...now, dropped: more }, atOnce);
  }

  const rounds = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const waitMs = await round().catch((error: unknown) => {
        told.failed(error);
        return pace.longestMs;
      });
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  async function lastRound(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    if (loader) await Promise.race([ready, delay(withinMs, undefined, { ref: false })]);
    await closeLeft(directory, () => false);
    const found = await withinCap(await segments.look());
    await tell(failures > 0 ? found : await takeAll(found, untilMs), true);
  }

  const running = rounds();
  return {
    lost(lines) {
      dropped += lines;
    },
    async stop(withinMs) {
      stopping.abort();
      await running;
      await lastRound(withinMs).catch(told.failed);
    },
  };
}
