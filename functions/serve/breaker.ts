/**
 * Whether something that we depend on may be asked now, as this process has found it. After some failures in a row, or when it
 * asked for patience, it is left alone; then one who comes finds out whether it answers again.
 *
 * Not the record that copy shares (shared/upstream/breaker.ts): serve's patience ends long before copy's, and a host that is too
 * slow for a waiting client may be fast enough for a queue.
 */
export interface Breaker<T extends Trouble> {
  /** Whether to ask now. After a pause it lets one through, and only then the others. */
  passes(): boolean;
  answered(): void;
  failed(trouble: T): void;
  /** Whether it is left alone, or one is just finding out. */
  isOpen(): boolean;
}

export interface Trouble {
  readonly retryAfterMs?: number | undefined;
}

export interface BreakerOptions<T extends Trouble> {
  readonly pauseMs: number;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  /** Told once when it is left alone, with what failed last. */
  readonly down: (trouble: T, pauseMs: number) => void;
  /** And once when it answers again. */
  readonly up: () => void;
}

const FAILURES = 3;
/** Who asks for more patience is asked again all the same: it may have been told to say so by mistake. */
const MOST_PAUSE_MS = 300_000;

export function createBreaker<T extends Trouble>({ pauseMs: least, now, down, up }: BreakerOptions<T>): Breaker<T> {
  let failures = 0;
  let askAgainAt = 0;
  const isOpen = (): boolean => failures >= FAILURES;

  return {
    isOpen,
    passes() {
      if (!isOpen()) return true;
      if (now() < askAgainAt) return false;
      askAgainAt = now() + least; // this one finds out
      return true;
    },
    answered() {
      if (isOpen()) up();
      failures = 0;
    },
    failed(trouble) {
      const { retryAfterMs = 0 } = trouble;
      const wasOpen = isOpen();
      failures = retryAfterMs > 0 ? Math.max(FAILURES, failures + 1) : failures + 1;
      if (!isOpen()) return;
      const pauseMs = Math.min(MOST_PAUSE_MS, Math.max(least, retryAfterMs));
      askAgainAt = Math.max(askAgainAt, now() + pauseMs);
      if (!wasOpen) down(trouble, pauseMs);
    },
  };
}
