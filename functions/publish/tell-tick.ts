/** One line for each tick, and its figures. On one machine there is a tick a second: one that did nothing is for who debugs. */
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Metrics } from '../../shared/metrics.ts';
import type { Tick } from './publisher.ts';

export interface TickDeps {
  readonly log: Log;
  readonly metrics: Metrics;
}

export function tellTick({ outcome, idle, ...work }: Tick, ms: number, { log, metrics }: TickDeps): void {
  log[outcome === 'ticked' && !idle ? 'info' : 'debug']('publish.done', { outcome, ...work, duration_ms: ms });
  const { shown, settled, moved, staged, unavailable } = work;
  if (outcome === 'other-holder') metrics.put({ LeaseHeldElsewhere: 1 });
  if (outcome !== 'ticked') return; // nobody has looked
  metrics.put({
    Shown: shown,
    Settled: settled,
    Moved: moved,
    Staged: staged,
    Unavailable: unavailable,
    LeaseHeldElsewhere: 0,
  });
}

/** Whoever called the tick tells of the error. */
export function tellFailedTick(error: unknown, ms: number, { log }: Pick<TickDeps, 'log'>): void {
  log.info('publish.done', { outcome: 'failed', code: describeError(error).code, duration_ms: ms });
}
