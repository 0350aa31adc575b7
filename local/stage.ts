/** A function with what makes it run: its processes, and the queue or the schedule that drives them. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createFailureReport } from './failure-report.ts';
import type { FunctionProcessOptions } from './function-process.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import type { QueueNames } from './queues.ts';
import { receiver } from './receiver.ts';
import { type ScheduleTrigger, scheduledEvent, startSchedule } from './schedule-trigger.ts';
import type { ServiceFunction } from './service.ts';
import { type SqsTrigger, startSqsTrigger } from './sqs-trigger.ts';

export interface Stage {
  /** Drives it from now on: not before all stages are there. */
  begin(): void;
  /** Starts nothing any more; what is under way gets a grace, then is ended, and its messages return. */
  stop(): Promise<void>;
}

const GRACE_MS = 10_000;

export interface QueueStageOptions extends FunctionProcessOptions {
  readonly client: SQSClient;
  readonly queue: QueueNames;
  readonly processes: number;
  readonly batchSize: number;
}

/** Copy: as many processes as are asked for, each working on one batch. */
export async function startQueueStage(fn: ServiceFunction, options: QueueStageOptions): Promise<Stage> {
  const { client, queue, batchSize, log } = options;
  const processes = await startAll(options.processes, () => startFunction(fn, options));
  let trigger: SqsTrigger | undefined;
  return {
    begin() {
      trigger = startSqsTrigger({ receiver: receiver(client, queue), processes, batchSize, log });
    },
    async stop() {
      await Promise.all([trigger?.stop(), ...processes.map((process) => process.stop(GRACE_MS))]);
    },
  };
}

export interface ScheduledStage extends Stage {
  /** Fires it by hand. @throws {RuntimeFailed} */
  fire(): Promise<unknown>;
}

/** Detect and publish. @param everyMs undefined: only by hand. */
export async function startScheduledStage(
  fn: ServiceFunction,
  everyMs: number | undefined,
  options: FunctionProcessOptions,
): Promise<ScheduledStage> {
  const { name } = fn;
  const process = await startFunction(fn, options);
  const fire = () => process.invoke(scheduledEvent(name));
  const told = createFailureReport(name, options.log);
  const run = async (): Promise<void> => {
    try {
      await fire();
      told.worked();
    } catch (error) {
      told.failed(error);
      throw error;
    }
  };
  let schedule: ScheduleTrigger | undefined;
  return {
    fire,
    begin() {
      if (everyMs !== undefined) schedule = startSchedule({ everyMs, run });
    },
    async stop() {
      await Promise.all([schedule?.stop(), process.stop(GRACE_MS)]);
    },
  };
}

/** All or none: when one can't start, those that did are ended. */
async function startAll(count: number, start: () => Promise<FunctionProcess>): Promise<readonly FunctionProcess[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, start));
  const failed = settled.find((result) => result.status === 'rejected');
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return started;
  await Promise.all(started.map((process) => process.stop(0)));
  throw failed.reason;
}
