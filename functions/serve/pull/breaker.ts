/**
 * Whether something that we depend on may be asked now, as this process has found it. After some failures in a row, or when it
 * asked for patience, it is left alone; then one who comes finds out whether it answers again.
 *
 * Not the record that copy shares (shared/upstream/breaker.ts): serve's patience ends long before copy's, and a host that is too
 * slow for a waiting client may be fast enough for a queue.
 */
import type { Log } from '../../../shared/log.ts';

export interface Breaker {
  /** Whether to ask now. After a pause it lets one through, and only then the others. */
  passes(): boolean;
  answered(): void;
  failed(trouble: Trouble): void;
}

export interface Trouble {
  /** In words that name no path: what a miss asked for is nobody's business. */
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
}

export interface BreakerDeps {
  /** `upstream`: for the log. */
  readonly what: string;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

const FAILURES = 3;
const PAUSE_MS = 10_000;
/** Who asks for more patience is asked again all the same: it may have been told to say so by mistake. */
const MOST_PAUSE_MS = 300_000;

export function createBreaker({ what, now, log }: BreakerDeps): Breaker {
  let failures = 0;
  let askAgainAt = 0;
  const isOpen = (): boolean => failures >= FAILURES;

  return {
    passes() {
      if (!isOpen()) return true;
      if (now() < askAgainAt) return false;
      askAgainAt = now() + PAUSE_MS; // this one finds out
      return true;
    },
    answered() {
      if (isOpen()) log.info('pull.up', { what });
      failures = 0;
    },
    failed({ reason, retryAfterMs = 0 }) {
      const wasOpen = isOpen();
      failures = retryAfterMs > 0 ? Math.max(FAILURES, failures + 1) : failures + 1;
      if (!isOpen()) return;
      const pauseMs = Math.min(MOST_PAUSE_MS, Math.max(PAUSE_MS, retryAfterMs));
      askAgainAt = Math.max(askAgainAt, now() + pauseMs);
      if (!wasOpen) log.warn('pull.down', { what, reason, pause_ms: pauseMs });
    },
  };
}
