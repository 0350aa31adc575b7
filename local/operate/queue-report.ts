/**
 * How full the queues are, and what the dead letters died of. SQS tells how many there are, not how old: the age is that of the letters
 * that were looked at, and of a queue that is being worked on nobody knows it.
 */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import { receiver } from '../receiver.ts';
import { type Letter, letterOf } from './letter.ts';
import { type ReasonGroup, reasonGroups } from './reason-groups.ts';
import { queueName, type StageQueues } from './stage-queues.ts';
import { walkLetters } from './walk-letters.ts';

export interface QueueReport {
  readonly at: Date;
  readonly queues: readonly QueueFigures[];
}

export interface QueueFigures {
  readonly stage: string;
  readonly queue: string;
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Undefined where there are no dead letters to be had. */
  readonly dead: DeadFigures | undefined;
}

export interface DeadFigures {
  readonly queue: string;
  readonly count: number;
  /** How many of them were looked at. */
  readonly looked: number;
  /** Of these: the oldest, and what they died of. */
  readonly oldest: Date | undefined;
  readonly reasons: readonly ReasonGroup[];
}

export interface QueueReportOptions {
  /** Letters of each queue that are looked at, at most; none when 0. */
  readonly letters: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** A replay that runs at the same time waits for no letter longer than that, should this process be killed. */
const HIDE_SECONDS = 30;

/** @throws {QueueFailed} */
export async function reportQueues(
  stages: readonly StageQueues[],
  client: SQSClient,
  options: QueueReportOptions,
): Promise<QueueReport> {
  const figures = stages.map(async ({ stage, work, deadLetters }) => ({
    stage,
    queue: queueName(work),
    ...(await sqsQueue({ client, url: work.url }).depth(options.signal)),
    dead: deadLetters && (await deadFigures(stage, deadLetters, client, options)),
  }));
  return { at: options.now(), queues: await Promise.all(figures) };
}

async function deadFigures(
  stage: string,
  queue: NonNullable<StageQueues['deadLetters']>,
  client: SQSClient,
  { letters: most, signal }: QueueReportOptions,
): Promise<DeadFigures> {
  const { waiting, inFlight, delayed } = await sqsQueue({ client, url: queue.url }).depth(signal);
  const count = waiting + inFlight + delayed;
  const letters: Letter[] = [];
  // Those in flight are held by who looks at them as we do, and come back in a moment.
  if (count > 0 && most > 0)
    await walkLetters(
      receiver(client, queue),
      async (messages) => {
        letters.push(...messages.map((message) => ({ ...letterOf(stage, message), message: {}, body: '' }))); // a body may be large
        return [];
      },
      { hideSeconds: HIDE_SECONDS, most, signal },
    );
  const times = letters.map(({ at }) => at.getTime());
  return {
    queue: queueName(queue),
    count,
    looked: letters.length,
    oldest: times.length > 0 ? new Date(times.reduce((a, b) => Math.min(a, b))) : undefined,
    reasons: reasonGroups(letters),
  };
}
