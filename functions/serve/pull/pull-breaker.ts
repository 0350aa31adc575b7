/** The breaker of what pull-through asks: upstream, and the way to copy. */
import type { Log } from '../../../shared/log.ts';
import { type Breaker, createBreaker, type Trouble } from '../breaker.ts';

export interface PullTrouble extends Trouble {
  /** In words that name no path: what a miss asked for is nobody's business. */
  readonly reason: string;
}

export interface PullBreakerDeps {
  /** `upstream`: for the log. */
  readonly what: string;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

const PAUSE_MS = 10_000;

export const pullBreaker = ({ what, now, log }: PullBreakerDeps): Breaker<PullTrouble> =>
  createBreaker({
    pauseMs: PAUSE_MS,
    now,
    down: ({ reason }, pauseMs) => log.warn('pull.down', { what, reason, pause_ms: pauseMs }),
    up: () => log.info('pull.up', { what }),
  });
