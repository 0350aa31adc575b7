/**
 * When a message dies. Pure.
 *
 * SQS counts receives, not failures: a deadline or a neighbour's crash raises the count too. So a message is buried when
 * it *fails* with enough receives **and** enough time behind it: the count alone would bury a channel in a short outage,
 * the time alone after a night switched off. Out of time is no failure and is never weighed.
 *
 * Nor is a bucket that is down or without room: such a message is paused, however long that lasts. Because SQS would move it to the dead
 * letters by its count alone, it is sent anew before that, as a message that was never received.
 */
import { BucketDown, CopycatError } from '../errors.ts';
import type { Delivery } from './queue.ts';

export type Fate =
  | { readonly kind: 'bury' }
  | { readonly kind: 'hand-back'; readonly delaySeconds: number; readonly paused: boolean }
  /** Sent again as a new message, of which this delivery is done. */
  | { readonly kind: 'renew' };

/** How long one message is tried: both must be over. */
export interface Patience {
  readonly receives: number;
  readonly ms: number;
}

export const PATIENCE: Patience = { receives: 8, ms: 6 * 3_600_000 };

/** Below the queues' `maxReceiveCount` of 100, so that nothing gets into the dead letters without its reason. */
const LAST_RECEIVE = 90;

/**
 * What comes more often than that got no answer when it should have been buried: whoever works on it dies. It is buried without being
 * worked on, a few receives before SQS would do that without a word.
 */
export const NEVER_ANSWERED = 95;

const BURY: Fate = { kind: 'bury' };

/**
 * Where a paused message begins again. It takes most of a day to get there, so that the chain of messages stays within the 16
 * hops after which Lambda takes it for a loop until SQS itself forgets a message, after 14 days.
 */
const RENEWED_AT = 80;

const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 900;

export interface Circumstances {
  readonly receives: number;
  /** Milliseconds since the first receive. */
  readonly ageMs: number;
  /** The invocation's time was over: no failure. */
  readonly outOfTime: boolean;
}

export function fateOf(
  error: unknown,
  { receives, ageMs, outOfTime }: Circumstances,
  patience: Patience = PATIENCE,
  random: () => number = Math.random,
): Fate {
  if (error instanceof CopycatError && error.verdict === 'reject') return BURY;
  if (error instanceof BucketDown) {
    return receives < RENEWED_AT ? handBack(backOff(receives, PATIENCE, random), true) : { kind: 'renew' };
  }
  // One second, never none: with persistence on, the embedded queue loses a message whose visibility becomes 0.
  if (outOfTime) return receives < LAST_RECEIVE ? handBack(1) : BURY;
  if (receives >= patience.receives && ageMs >= patience.ms) return BURY;
  if (receives >= LAST_RECEIVE) return BURY;
  return handBack(Math.max(backOff(receives, patience, random), askedToWait(error)));
}

const handBack = (delaySeconds: number, paused = false): Fate => ({ kind: 'hand-back', delaySeconds, paused });

/**
 * Seconds until the next try: 30 doubling to 900, of which the upper half is jitter. A short patience has shorter waits,
 * so that it sees the same number of tries.
 */
export function backOff(receives: number, patience: Patience, random: () => number): number {
  const first = Math.min(FIRST_WAIT_SECONDS, Math.max(1, patience.ms / 10_000));
  const most = Math.min(LONGEST_WAIT_SECONDS, first * 2 ** Math.min(receives - 1, 20));
  return Math.max(1, Math.round(most * (0.5 + random() / 2)));
}

/** Upstream's own `Retry-After`, when the error carries one. */
function askedToWait(error: unknown): number {
  const ms = error instanceof CopycatError ? error.facts.retryAfterMs : undefined;
  return typeof ms === 'number' && ms > 0 ? Math.min(LONGEST_WAIT_SECONDS, Math.ceil(ms / 1000)) : 0;
}

export const circumstancesOf = (delivery: Delivery, outOfTime: boolean, now: Date): Circumstances => ({
  receives: delivery.receives,
  ageMs: Math.max(0, now.getTime() - delivery.firstReceivedAt.getTime()),
  outOfTime,
});
