/**
 * A queue as the stages see it: a port with two adapters, SQS and memory, that pass one contract.
 * Receiving is not here: Lambda (or the local runtime) receives, and `consumeBatch` answers it.
 */
import type { ErrorDescription } from '../errors.ts';

/** One delivery of one message, as SQS tells it. */
export interface Delivery {
  readonly messageId: string;
  /** Names this delivery when it is handed back or deleted. */
  readonly receiptHandle: string;
  readonly body: string;
  /** How often it has been received, this time included: SQS counts receives, not failures. */
  readonly receives: number;
  /** When it was received first. */
  readonly firstReceivedAt: Date;
}

/** What goes into the dead letters with a message: enough to judge it without the logs, and to replay it. */
export interface DeathCertificate extends Pick<ErrorDescription, 'code' | 'verdict'> {
  readonly reason: string;
  readonly attempts: number;
  readonly firstSeen: Date;
  readonly buriedAt: Date;
}

/** Messages by state. SQS's figures are approximate. */
export interface Depth {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface Queue {
  /**
   * Sends all bodies, in batches of ten with several batches under way; answers how many were sent.
   * @throws {QueueFailed} when the queue refused even one: what was sent stays sent, the rest is the caller's to send again.
   */
  sendAll(bodies: Iterable<string> | AsyncIterable<string>, signal: AbortSignal): Promise<number>;
  /** Makes a delivered message come again after `delaySeconds` (at least 1, at most 12 hours). */
  handBack(delivery: Pick<Delivery, 'receiptHandle'>, delaySeconds: number): Promise<void>;
  /** Puts a copy of the message into the dead letters; that it is done here is for the caller's answer to say. */
  bury(delivery: Pick<Delivery, 'body'>, certificate: DeathCertificate): Promise<void>;
  depth(signal?: AbortSignal): Promise<Depth>;
}
