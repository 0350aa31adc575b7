/** Whether a part of the service can be used now, and how long its answer takes. A probe never throws and ends in time. */
import { type Trouble, troubleOf } from './trouble.ts';

export type Probed =
  | { readonly state: 'online'; readonly latencyMs: number }
  | { readonly state: 'offline'; readonly trouble: Trouble };

/** Asks a part for something small. Throws whatever is wrong with it. */
export type Ask = (signal: AbortSignal) => Promise<unknown>;

/** After this, a part counts as offline. */
export const PROBE_BUDGET_MS = 1_000;

/** @param now milliseconds that only ever grow. */
export async function probe(
  ask: Ask,
  { budgetMs = PROBE_BUDGET_MS, now = () => performance.now() }: { budgetMs?: number; now?: () => number } = {},
): Promise<Probed> {
  const began = now();
  try {
    await inTime(ask, budgetMs);
    return { state: 'online', latencyMs: Math.max(0, Math.round(now() - began)) };
  } catch (error) {
    return { state: 'offline', trouble: troubleOf(error) };
  }
}

/** What hangs is late, whether or not it listens to its signal. @param tooLate what is thrown then. Default a TimeoutError. */
export async function inTime<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  budgetMs: number,
  tooLate: () => Error = () => new DOMException(`no answer in ${budgetMs} ms`, 'TimeoutError'),
): Promise<T> {
  const out = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = tooLate();
    late.reject(reason);
    out.abort(reason);
  }, budgetMs);
  try {
    return await Promise.race([ask(out.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
