/** A queue in memory, for tests: passes the same contract as SQS, and lets a test look inside. */
import { QueueFailed } from '../errors.ts';
import type { DeathCertificate, Delivery, Queue } from './queue.ts';

export interface MemoryQueue extends Queue {
  /** Bodies sent, oldest first. */
  readonly sent: readonly string[];
  readonly handedBack: ReadonlyMap<string, number>;
  readonly dead: readonly { readonly body: string; readonly certificate: DeathCertificate }[];
  /** Receives the oldest messages, as Lambda's poller does. */
  receive(most?: number): Delivery[];
  /** Says that a delivery is done. */
  done(delivery: Pick<Delivery, 'receiptHandle'>): void;
}

interface Kept {
  readonly id: string;
  readonly body: string;
  receives: number;
  firstReceivedAt: Date | undefined;
  inFlight: boolean;
}

export interface MemoryQueueOptions {
  /** Bodies that the queue refuses, as SQS may refuse single messages of a batch. */
  readonly refuses?: (body: string) => boolean;
  readonly now?: () => Date;
}

export function memoryQueue({ refuses = () => false, now = () => new Date() }: MemoryQueueOptions = {}): MemoryQueue {
  const kept = new Map<string, Kept>();
  const sent: string[] = [];
  const handedBack = new Map<string, number>();
  const dead: { body: string; certificate: DeathCertificate }[] = [];
  let ids = 0;

  return {
    sent,
    handedBack,
    dead,
    async sendAll(bodies, signal) {
      let count = 0;
      for await (const body of bodies) {
        signal.throwIfAborted();
        if (refuses(body))
          throw new QueueFailed('memory refused 1 of a batch', { queue: 'memory', operation: 'send', count: 1 });
        ids += 1;
        kept.set(String(ids), { id: String(ids), body, receives: 0, firstReceivedAt: undefined, inFlight: false });
        sent.push(body);
        count += 1;
      }
      return count;
    },
    async handBack({ receiptHandle }, delaySeconds) {
      const message = kept.get(receiptHandle);
      if (message) message.inFlight = false;
      handedBack.set(receiptHandle, delaySeconds);
    },
    async bury({ body }, certificate) {
      dead.push({ body, certificate });
    },
    async depth() {
      const inFlight = [...kept.values()].filter((message) => message.inFlight).length;
      return { waiting: kept.size - inFlight, inFlight, delayed: 0 };
    },
    receive(most = 10) {
      return [...kept.values()]
        .filter((message) => !message.inFlight)
        .slice(0, most)
        .map((message) => {
          message.inFlight = true;
          message.receives += 1;
          message.firstReceivedAt ??= now();
          const { id, body, receives, firstReceivedAt } = message;
          return { messageId: id, receiptHandle: id, body, receives, firstReceivedAt };
        });
    },
    done({ receiptHandle }) {
      kept.delete(receiptHandle);
    },
  };
}
