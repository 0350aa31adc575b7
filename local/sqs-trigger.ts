/**
 * Drives a function by a queue as Lambda's event source mapping does: whole batches, partial failures, and messages that
 * return when their function dies. Each process polls for itself when it is free, so full queues keep all of them busy.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { Log } from '../shared/log.ts';
import type { FunctionProcess } from './function-process.ts';
import type { Receiver } from './receiver.ts';
import { failuresIn, toSqsEvent } from './sqs-event.ts';

export interface SqsTrigger {
  /** Polls no more, and waits for the batches under way. */
  stop(): Promise<void>;
}

export interface SqsTriggerOptions {
  readonly receiver: Receiver;
  readonly processes: readonly Pick<FunctionProcess, 'name' | 'ready' | 'invoke'>[];
  /** Messages in one batch; SQS gives ten at most. */
  readonly batchSize: number;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

const MOST_MESSAGES = 10;
const LONGEST_MS = 30_000;

export function startSqsTrigger({ receiver, processes, batchSize, log }: SqsTriggerOptions): SqsTrigger {
  const stopping = new AbortController();
  const most = Math.min(MOST_MESSAGES, batchSize);
  const queue = receiver.queue.url;

  const drive = async (process: (typeof processes)[number]): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      if (!(await isReady(process, stopping.signal))) return;
      try {
        const messages = await receiver.receive(most);
        failures = 0;
        if (stopping.signal.aborted) await receiver.giveBack(messages, () => 1);
        else if (messages.length > 0) await answer(process, messages);
      } catch (error) {
        failures += 1;
        log.warn('queue.failed', { function: process.name, queue, error });
        const waitMs = Math.min(LONGEST_MS, 250 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);
        await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const answer = async (process: (typeof processes)[number], messages: readonly Message[]): Promise<void> => {
    const ids = new Set(messages.map(({ MessageId = '' }) => MessageId));
    let failed: ReadonlySet<string>;
    try {
      failed = failuresIn(await process.invoke(toSqsEvent(messages, receiver.queue.arn)), ids);
    } catch (error) {
      log.error('batch.failed', { function: process.name, messages: messages.length, error });
      return receiver.giveBack(messages);
    }
    // What the function reported it has handed back itself, with a delay of its own.
    await receiver.delete(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)));
  };

  const driving = processes.map(drive);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(driving);
    },
  };
}

/** False when the trigger or the process stops first. */
async function isReady(process: Pick<FunctionProcess, 'ready'>, stopping: AbortSignal): Promise<boolean> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<false>();
  const onAbort = () => stop(false);
  stopping.addEventListener('abort', onAbort, { once: true });
  const ready = process.ready().then(
    () => true,
    () => false,
  );
  const answer = await Promise.race([ready, stopped]);
  stopping.removeEventListener('abort', onAbort);
  return answer;
}
