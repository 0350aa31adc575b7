/**
 * The one place that knows how to answer SQS. Everyone else returns or throws: a return is done, a throw is weighed by
 * `fateOf` and handed back, renewed or buried. A message leaves the queue done, or dead with its reason.
 *
 * What did not get done has one line, which says what became of the message (`outcome`): not-done, renewed, buried or stays. What did is
 * its worker's to tell. It answers *before* the platform's own timeout, which would return the whole batch without a word.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CopycatError, describeError, Unanswered } from '../errors.ts';
import type { Log } from '../log.ts';
import { Deadline } from './deadline.ts';
import { circumstancesOf, type Fate, fateOf, NEVER_ANSWERED, type Patience } from './fate.ts';
import type { Delivery, Queue } from './queue.ts';

/** What a message's work is told of its run. */
export interface Run {
  /** Aborts when the invocation's time is nearly over. */
  readonly signal: AbortSignal;
  /** Whether the message has the invocation to itself by now: all others of its batch are done or given up. */
  alone(): boolean;
  /** How often the message has been received, this time included. */
  readonly receives: number;
}

/** A message that was worked on in vain. Neither being out of time nor waiting for a bucket is a failure (fate.ts). */
export interface Failure<T> {
  /** Undefined when it did not parse. */
  readonly message: T | undefined;
  readonly error: unknown;
  readonly receives: number;
  /** How long it was worked on. */
  readonly ms: number;
  /** It is in the dead letters now; otherwise it is tried again. */
  readonly dead: boolean;
}

type Ended<T> = Omit<Failure<T>, 'dead'>;

export interface ConsumeDeps {
  readonly queue: Pick<Queue, 'handBack' | 'bury' | 'sendAll'>;
  readonly log: Log;
  readonly patience?: Patience;
  readonly now?: () => Date;
  /** Time kept back for answering, in milliseconds. */
  readonly answerMs?: number;
}

export interface Consumer<T> {
  readonly parse: (body: string) => T;
  readonly work: (message: T, run: Run) => Promise<void>;
  /** The last word before a message is buried (it may not have parsed). If it throws, the message is not buried yet. */
  readonly beforeBury?: (message: T | undefined, error: unknown) => Promise<void>;
  /** Hears of each failure, once it is decided upon. It does not throw. */
  readonly onFailure?: (failure: Failure<T>) => void;
}

const ANSWER_MS = 5_000;

export function consumeBatch<T>({ parse, work, beforeBury, onFailure }: Consumer<T>, deps: ConsumeDeps) {
  const { queue, log, patience, now = () => new Date(), answerMs = ANSWER_MS } = deps;

  return async (event: SQSEvent, context: { getRemainingTimeInMillis(): number }): Promise<SQSBatchResponse> => {
    const remaining = context.getRemainingTimeInMillis();
    // A short timeout keeps a smaller part of itself for the answer, so that there is time to work at all.
    const deadline = new Deadline(remaining - Math.min(answerMs, remaining / 4));
    let open = event.Records.length;
    const run = { signal: deadline.signal, alone: () => open === 1 };
    const late = deadline.lateBy(Math.min(answerMs, remaining / 4) / 2);
    try {
      const settled = await Promise.all(
        event.Records.map((record) => settle(record, run, late).finally(() => (open -= 1))),
      );
      return {
        batchItemFailures: settled.filter((id) => id !== undefined).map((itemIdentifier) => ({ itemIdentifier })),
      };
    } finally {
      deadline.clear();
    }
  };

  /** Answers the id of a message that stays in the queue. */
  async function settle(
    record: SQSRecord,
    run: Omit<Run, 'receives'>,
    late: Promise<never>,
  ): Promise<string | undefined> {
    const delivery = deliveryOf(record);
    const { receives } = delivery;
    const began = now().getTime();
    let message: T | undefined;
    try {
      message = parse(delivery.body);
      if (receives > NEVER_ANSWERED) throw new Unanswered('whoever works on it dies', { receives });
      await Promise.race([work(message, { ...run, receives }), late]);
      return undefined;
    } catch (error) {
      const failed = { message, error, receives, ms: now().getTime() - began };
      try {
        return (await decide(delivery, failed, outOfTime(error, run.signal))) === 'stays'
          ? record.messageId
          : undefined;
      } catch (trouble) {
        // Neither handed back nor buried: it stays until its visibility timeout ends, and is tried again.
        const duration_ms = now().getTime() - began;
        const said = { outcome: 'stays', message_id: record.messageId, error: describeError(trouble), duration_ms };
        log.warn('message.stays', said);
        return record.messageId;
      }
    }
  }

  async function decide(delivery: Delivery, failed: Ended<T>, noTime: boolean): Promise<'stays' | 'leaves'> {
    const { error } = failed;
    const fate = fateOf(error, circumstancesOf(delivery, noTime, now()), patience);
    if (fate.kind === 'hand-back') {
      if (!fate.paused && !noTime) onFailure?.({ ...failed, dead: false });
      await handBack(delivery, fate, failed);
      return 'stays';
    }
    if (fate.kind === 'renew') await renew(delivery, failed);
    else {
      await bury(delivery, failed);
      onFailure?.({ ...failed, dead: true });
    }
    return 'leaves';
  }

  async function handBack(
    delivery: Delivery,
    fate: Extract<Fate, { kind: 'hand-back' }>,
    { error, ms }: Ended<T>,
  ): Promise<void> {
    await queue.handBack(delivery, fate.delaySeconds);
    // Whoever pauses says so, once; a thousand messages that wait are no news.
    log[fate.paused ? 'debug' : 'warn']('message.not-done', {
      outcome: 'not-done',
      message_id: delivery.messageId,
      receives: delivery.receives,
      delay_s: fate.delaySeconds,
      error: describeError(error),
      duration_ms: ms,
    });
  }

  /** Not bound to the run, which may be over: a message that is neither sent nor kept would be lost. */
  async function renew({ body, messageId, receives }: Delivery, { ms }: Ended<T>): Promise<void> {
    await queue.sendAll([body], AbortSignal.timeout(answerMs));
    log.debug('message.renewed', { outcome: 'renewed', message_id: messageId, receives, duration_ms: ms });
  }

  async function bury(delivery: Delivery, { message, error, ms }: Ended<T>): Promise<void> {
    const { code, verdict, message: reason } = describeError(error);
    await beforeBury?.(message, error);
    await queue.bury(delivery, {
      code,
      verdict,
      reason,
      attempts: delivery.receives,
      firstSeen: delivery.firstReceivedAt,
      buriedAt: now(),
    });
    log.error('message.buried', {
      outcome: 'buried',
      message_id: delivery.messageId,
      receives: delivery.receives,
      error: describeError(error),
      duration_ms: ms,
    });
  }
}

/** A failure that a verdict calls final is one even at the deadline; anything else then is the deadline's. */
function outOfTime(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && !(error instanceof CopycatError && error.verdict === 'reject');
}

function deliveryOf(record: SQSRecord): Delivery {
  const first = Number(record.attributes.ApproximateFirstReceiveTimestamp);
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    receives: Math.max(1, Number(record.attributes.ApproximateReceiveCount) || 1),
    firstReceivedAt: Number.isFinite(first) && first > 0 ? new Date(first) : new Date(),
  };
}
