/**
 * Asks copy for what readers miss here: once for a path, however many ask and wherever, within the budget of the day.
 *
 * The record of the day is written before the message is sent, by compare-and-swap: of two instances one sends. What comes while
 * one write is under way goes with the next. A message that can't be sent is taken out of the record again; one that is lost in
 * between (the process died) is asked for the next day.
 */
import { formatCopyRequested } from '../../../events/copy-requested.ts';
import { formatPulls, type Pulls, parsePulls, pullsKey } from '../../../events/pulls.ts';
import { dateOf, readable } from '../../../events/record.ts';
import { type Bucket, bytesOf, unchangedSince } from '../../../shared/bucket/bucket.ts';
import { Conflict, describeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/log.ts';
import type { Queue } from '../../../shared/queue/queue.ts';
import type { Breaker } from '../breaker.ts';
import { type Budget, giveBack, isSpent, takeOn, type Wanted } from './budget.ts';
import type { PullTrouble } from './pull-breaker.ts';

export interface CopyRequests {
  /** Resolves once it is asked for, was before, or can't be: it never throws. */
  ask(wanted: Wanted): Promise<void>;
}

export interface CopyRequestsDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly copyQueue: Pick<Queue, 'sendAll'>;
  readonly budget: Budget;
  /** Of the state bucket and the queue. */
  readonly breaker: Breaker<PullTrouble>;
  readonly now: () => Date;
  readonly log: Log;
}

/** For one write of the record and its messages. Whoever asks does not wait as long. */
const WORK_MS = 5_000;
/** Another instance was faster. */
const MOST_SWAPS = 8;
/** More are not kept waiting: they are asked for when somebody asks again. */
const MOST_WAITING = 512;

interface Held {
  readonly pulls: Pulls;
  readonly etag: string | undefined;
}

export function createCopyRequests(deps: CopyRequestsDeps): CopyRequests {
  const { state, copyQueue, budget, breaker, now, log } = deps;
  let held: Held | undefined;
  let known = new Set<string>(); // the paths of `held`, and those that did not fit
  let waiting: Wanted[] = [];
  let working: Promise<void> | undefined;
  let spentOn: string | undefined;

  function hold(next: Held): void {
    if (held?.pulls.date !== next.pulls.date) known = new Set();
    held = next;
    for (const hash of next.pulls.paths) known.add(hash);
    if (!isSpent(next.pulls, budget) || spentOn === next.pulls.date) return;
    spentOn = next.pulls.date;
    log.warn('pull.budget-spent', { paths: next.pulls.paths.length, bytes: next.pulls.bytes });
  }

  async function read(date: string, signal: AbortSignal): Promise<Held> {
    const stored = await state.get(pullsKey(date), { signal });
    if (!stored) return { pulls: { date, bytes: 0, paths: [] }, etag: undefined };
    const pulls = readable(parsePulls, (await bytesOf(stored.body)).toString('utf8'));
    if (!pulls) log.warn('pulls.damaged', { date }); // begun anew
    return { pulls: pulls ?? { date, bytes: 0, paths: [] }, etag: stored.etag };
  }

  /** Changes the record of today until nobody else was faster. */
  async function change<T extends { readonly pulls: Pulls }>(
    plan: (pulls: Pulls) => T | undefined,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    for (let swaps = 1; ; swaps += 1) {
      const date = dateOf(now());
      const { pulls, etag } = held?.pulls.date === date ? held : await read(date, signal);
      const next = plan(pulls);
      if (!next) {
        hold({ pulls, etag });
        return undefined;
      }
      const only = unchangedSince(etag);
      try {
        const put = await state.put(pullsKey(date), formatPulls(next.pulls), { only, signal });
        hold({ pulls: next.pulls, etag: put.etag });
        return next;
      } catch (error) {
        held = undefined;
        if (!(error instanceof Conflict) || swaps === MOST_SWAPS) throw error;
      }
    }
  }

  async function work(batch: readonly Wanted[]): Promise<void> {
    const signal = AbortSignal.timeout(WORK_MS);
    const planned = await change((pulls) => {
      const plan = takeOn(pulls, batch, budget);
      return plan.taken.length > 0 ? plan : undefined;
    }, signal);
    for (const { hash } of batch) known.add(hash);
    if (!planned) return;
    try {
      const messages = planned.taken.map(({ hash }) => formatCopyRequested({ hash }));
      const asked = await copyQueue.sendAll(messages, signal);
      log.info('pull.asked', { paths: asked });
    } catch (error) {
      for (const { hash } of planned.taken) known.delete(hash);
      await change((pulls) => ({ pulls: giveBack(pulls, planned.taken) }), AbortSignal.timeout(WORK_MS));
      throw error;
    }
  }

  async function workOff(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await work(batch);
        breaker.answered();
      } catch (error) {
        const { code, message } = describeError(error);
        log.warn('pull.not-asked', { paths: batch.length, code, message });
        breaker.failed({ reason: message });
      }
    }
    working = undefined; // here and not a moment later: whoever comes then begins anew
  }

  return {
    async ask(wanted) {
      const date = dateOf(now());
      if (held?.pulls.date === date && (known.has(wanted.hash) || isSpent(held.pulls, budget))) return;
      if (waiting.length >= MOST_WAITING || !breaker.passes()) return;
      waiting.push(wanted);
      working ??= workOff();
      await working;
    },
  };
}
