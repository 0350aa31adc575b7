/** A signal that aborts a little before the platform ends the run, so that there is time for last words. */
export function signalOf(context: { getRemainingTimeInMillis(): number }, keepBackMs = 5_000): AbortSignal {
  const remaining = context.getRemainingTimeInMillis();
  return AbortSignal.timeout(Math.max(0, Math.round(remaining - Math.min(keepBackMs, remaining / 4))));
}

/** A point in time that work is told of by a signal, and after which nobody waits for it any longer. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(ms: number) {
    const over = () => this.#controller.abort(new DOMException('the time of this run is over', 'TimeoutError'));
    this.#timers.push(setTimeout(over, Math.max(0, ms)));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Rejects `ms` after the signal: for work that does not heed it. */
  lateBy(ms: number): Promise<never> {
    const late = new Promise<never>((_resolve, reject) => {
      this.signal.addEventListener('abort', () => {
        this.#timers.push(setTimeout(() => reject(this.signal.reason), ms));
      });
    });
    late.catch(() => undefined);
    return late;
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
