/** One address, asked again until there is an answer that asking again would not change, or no attempt is left. */
import { UpstreamFailed } from '../errors.ts';
import type { Log } from '../log.ts';
import { whereIs } from './addresses.ts';
import { reasonOf } from './failure.ts';
import { isWorthRetrying, parseRetryAfter, planRetry } from './retry.ts';
import type { Wire, WireAnswer, WireRequest } from './wire.ts';

export interface AttemptsDeps {
  readonly wire: Pick<Wire, 'send'>;
  /** How often one address is tried. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly log: Log;
}

export interface Answered {
  readonly answer: WireAnswer;
  /** Which attempt it took, from 1. */
  readonly attempt: number;
}

/** An attempt that did not do; the names are those of the facts. */
interface Trouble {
  readonly reason: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** @throws {UpstreamFailed} after the last attempt, or at once while the host is called down. @throws the signal's reason. */
export async function askUntilAnswered(
  request: WireRequest,
  deps: AttemptsDeps,
  signal: AbortSignal,
): Promise<Answered> {
  const { wire, attempts, now, sleep, random, log } = deps;
  const url = whereIs(request.url);
  for (let attempt = 1; ; attempt += 1) {
    let trouble: Trouble;
    let cause: unknown;
    try {
      const answer = await wire.send(request, signal);
      if (!isWorthRetrying(answer.status)) return { answer, attempt };
      trouble = refusalIn(answer, now());
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UpstreamFailed) throw error; // the breaker: the host is down, and asking again is not ours
      cause = error;
      trouble = { reason: reasonOf(error) };
    }

    const facts = { url, attempts: attempt, ...trouble };
    const message = `${request.method} ${url}: ${trouble.reason} (attempt ${attempt} of ${attempts})`;
    const waitMs = planRetry({ attempt, ...trouble }, attempts, random());
    if (waitMs === undefined) throw new UpstreamFailed(message, facts, cause);
    log.debug('upstream.retry', { ...facts, wait_ms: waitMs });
    try {
      await sleep(waitMs, signal);
    } catch (interrupted) {
      // The caller's time is up before upstream wants us back: say when that is, so that the message can wait as long.
      if (trouble.retryAfterMs !== undefined) throw new UpstreamFailed(message, facts, interrupted);
      throw interrupted;
    }
  }
}

function refusalIn({ status, headers }: WireAnswer, nowMs: number): Trouble {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs);
  if (retryAfterMs === undefined) return { reason: `answered ${status}`, status };
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return { reason: `answered ${status} and asked for ${seconds} s of patience`, status, retryAfterMs };
}
