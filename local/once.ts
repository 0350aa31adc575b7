/**
 * One poll, worked off: detect looks once, copy works until its queue is empty, and publish ticks until it has nothing
 * left to do. For cron, tests and benchmarks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { RuntimeFailed } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { codeThrown, createFailureReport } from './failure-report.ts';
import type { PauseWatch } from './pause-watch.ts';
import type { Runtime } from './runtime.ts';

export interface OnceOutcome {
  /** Channels that could not be looked at; `*` when detect itself failed. */
  readonly failedChannels: readonly string[];
  /** Messages that were buried meanwhile. */
  readonly deadLettered: number;
}

export interface OnceOptions {
  readonly log: Pick<Log, 'info' | 'error'>;
  readonly everyMs?: number;
  /** A pause that lasts longer than the patience ends the run; its messages stay in the queue, for the next one. */
  readonly pauses?: Pick<PauseWatch, 'current'>;
  /** How long a bucket may be full or down, in milliseconds. Default two minutes. */
  readonly patienceMs?: number;
  readonly signal: AbortSignal;
}

/** The parts of the stages' answers that matter here. */
const Channel = v.object({ channel: v.string(), outcome: v.string(), code: v.optional(v.string()) });
const SomeFailed = v.object({ facts: v.object({ facts: v.object({ channels: v.array(Channel) }) }) });
const Tick = v.object({ idle: v.boolean() });

const EVERY_MS = 1_000;
/** A tick or a count that fails so often in a row will not get better while somebody waits. */
const MOST_FAILURES = 10;
/** As long as a store path is tried in a run that somebody waits for. */
const PATIENCE_MS = 120_000;

/** @throws {RuntimeFailed} when publish or the queues keep failing, or copying stays paused. @throws the signal's reason when it aborts. */
export async function runOnce(
  runtime: Pick<Runtime, 'fire' | 'depths'>,
  { log, everyMs = EVERY_MS, pauses, patienceMs = PATIENCE_MS, signal }: OnceOptions,
): Promise<OnceOutcome> {
  const before = await runtime.depths();
  const downTooLong = createPatience(patienceMs);
  const told = { detect: createFailureReport('detect', log), publish: createFailureReport('publish', log) };
  const failedChannels = await detect();
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    const pause = pauses?.current();
    if (pause && pause.sinceMs > patienceMs)
      throw new RuntimeFailed(`copying is paused, and what is left waits in the queue: ${pause.reason}`);
    try {
      // The order matters: what copy has staged when its queue is empty is seen by a tick that begins after that.
      const { work } = await runtime.depths();
      const { idle } = v.parse(Tick, await runtime.fire('publish'));
      failures = 0;
      downTooLong(undefined);
      told.publish.worked();
      if (work === 0 && idle) break;
    } catch (error) {
      failures += 1;
      if (failures >= MOST_FAILURES && downTooLong(codeThrown(error)))
        throw new RuntimeFailed('publish keeps failing', {}, error);
      told.publish.failed(error);
    }
    await delay(everyMs, undefined, { signal });
  }
  const after = await runtime.depths();
  return { failedChannels, deadLettered: Math.max(0, after.dead - before.dead) };

  /** Looks again while a bucket is in the way, for that says nothing about the channels. */
  async function detect(): Promise<readonly string[]> {
    for (;;) {
      const { failed, code } = await detectOnce();
      if (failed.length === 0 || downTooLong(code)) return failed;
      await delay(everyMs, undefined, { signal });
    }
  }

  async function detectOnce(): Promise<{ readonly failed: readonly string[]; readonly code?: string | undefined }> {
    try {
      await runtime.fire('detect');
      told.detect.worked();
      return { failed: [] };
    } catch (error) {
      const some = v.safeParse(SomeFailed, error);
      if (!some.success) {
        told.detect.failed(error);
        return { failed: ['*'], code: codeThrown(error) };
      }
      const failed = some.output.facts.facts.channels.filter(({ outcome }) => outcome === 'failed');
      return {
        failed: failed.map(({ channel }) => channel),
        code: failed.find(({ code }) => !isBuckets(code))?.code ?? failed[0]?.code,
      };
    }
  }
}

const isBuckets = (code: string | undefined): boolean => code?.startsWith('BUCKET_') ?? false;

/** Whether to give up at a failure with this code: at once, unless a bucket is at fault and has not been for too long. */
function createPatience(patienceMs: number): (code: string | undefined) => boolean {
  let since: number | undefined;
  return (code) => {
    since = isBuckets(code) ? (since ?? performance.now()) : undefined;
    return since === undefined || performance.now() - since > patienceMs;
  };
}
