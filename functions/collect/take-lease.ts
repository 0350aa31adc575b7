/** Waits for the lease: publish holds it all the time, and gives it up between two ticks to who asks for it. */
import type { Lease } from '../../shared/bucket/lease.ts';
import { isDue } from '../../shared/due.ts';

export interface WaitDeps {
  readonly lease: Pick<Lease, 'hold' | 'ask'>;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** A holder that has given it up waits for ten seconds. */
const LOOK_EVERY_MS = 1_000;

/** Whether it is ours. */
export async function takeLease(
  waitMs: number,
  { lease, now, sleep }: WaitDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const until = now().getTime() + waitMs;
  for (;;) {
    if ((await lease.hold(signal)) !== undefined) return true;
    if (isDue(until, now().getTime(), waitMs)) return false;
    await lease.ask(signal);
    await sleep(LOOK_EVERY_MS, signal);
  }
}
