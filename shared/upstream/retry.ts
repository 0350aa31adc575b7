/**
 * When to ask upstream again, and when. Pure: the clock and the dice are arguments.
 *
 * Waits double and are drawn evenly from nothing to the whole ("full jitter"), so that many copies that failed together
 * do not come back together. Numbers follow Nix 2.35 (nix: filetransfer.cc).
 */
const SECOND = 1_000;

/** Not 501 and 505, which mean "never". */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
/** Answers of a server that has too much to do: it is given more time. */
const OVERLOADED = new Set([429, 503]);

const BASE_MS = 250;
const OVERLOADED_BASE_MS = 5 * SECOND;
const MOST_WAIT_MS = 60 * SECOND;

/** A `Retry-After` beyond this is the caller's to wait for: a function's time is better spent. */
export const MOST_RETRY_AFTER_MS = 120 * SECOND;

export const isWorthRetrying = (status: number): boolean => PASSING.has(status);

export interface Failure {
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** Absent when there was no answer at all. */
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/**
 * Milliseconds to wait before the next attempt, or `undefined`: give up.
 * @param random from 0 up to, but not including, 1
 */
export function planRetry(
  { attempt, status, retryAfterMs }: Failure,
  attempts: number,
  random: number,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const base = status !== undefined && OVERLOADED.has(status) ? OVERLOADED_BASE_MS : BASE_MS;
  const most = Math.min(MOST_WAIT_MS, base * 2 ** (attempt - 1));
  if (retryAfterMs === undefined) return Math.floor(random * most);
  if (retryAfterMs > MOST_RETRY_AFTER_MS) return undefined;
  return retryAfterMs + Math.floor(random * BASE_MS); // never before its time
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110, 10.2.3). `undefined` when it is neither. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  if (!/^[A-Z][a-z]{2}, .* GMT$/.test(text)) return undefined; // Date.parse understands far more than HTTP does
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
