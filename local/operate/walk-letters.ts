/**
 * Looks at the letters of a dead letters' queue, which can't be read without being received: each once, ten at a time, and hidden from
 * others meanwhile. What is not taken is given back at the end, also when the walk is cut; should this process be killed, when the
 * hiding ends.
 */
import type { Message } from '@aws-sdk/client-sqs';
import type { Receiver } from '../receiver.ts';

export interface WalkOptions {
  /** Longer than the walk takes: letters that come back during it are only looked at once, but cost a receive. */
  readonly hideSeconds: number;
  /** Letters that are looked at. */
  readonly most: number;
  readonly signal: AbortSignal;
}

const TEN = 10;
const WALKERS = 4;
/** Long enough that SQS looks in all of its places, and that what another walk has just given back is seen. */
const WAIT_SECONDS = 2;
/** Receives in a row that bring nothing new: what is left is coming back already. */
const MOST_IN_VAIN = 5;

/**
 * @param look answers which of the letters are done with; these are deleted.
 * @returns how many it was shown.
 * @throws {QueueFailed} @throws what `look` throws
 */
export async function walkLetters(
  receiver: Receiver,
  look: (messages: readonly Message[]) => Promise<readonly Message[]>,
  { hideSeconds, most, signal }: WalkOptions,
): Promise<number> {
  const seen = new Set<string>();
  const held = new Map<string, Message>();
  let over = false;

  const walk = async (): Promise<void> => {
    for (let inVain = 0; !over && !signal.aborted && seen.size < most && inVain < MOST_IN_VAIN; ) {
      const received = await receiver.receive(TEN, { waitSeconds: WAIT_SECONDS, hideSeconds });
      if (received.length === 0) return;
      for (const message of received) held.set(idOf(message), message);
      const fresh = received.filter((message) => !seen.has(idOf(message))).slice(0, most - seen.size);
      inVain = fresh.length > 0 ? 0 : inVain + 1;
      for (const message of fresh) seen.add(idOf(message));
      const done = fresh.length > 0 ? await look(fresh) : [];
      await receiver.delete(done);
      for (const message of done) held.delete(idOf(message));
    }
  };

  const walks = Array.from({ length: WALKERS }, () =>
    walk().catch((error: unknown) => {
      over = true;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(walks)).find((result) => result.status === 'rejected');
  const kept = [...held.values()];
  for (let at = 0; at < kept.length; at += TEN)
    await receiver.giveBack(kept.slice(at, at + TEN), () => 1).catch(() => undefined); // they come back by themselves
  if (failed) throw failed.reason;
  return seen.size;
}

const idOf = ({ MessageId = '' }: Message): string => MessageId;
