/** Asks ClickHouse how far the log stream is loaded, and waits no longer than the page has anyway. */
import { inTime } from '../../../shared/probe/probe.ts';
import { isTold, type Tell } from '../analytics/topic.ts';
import type { LogDelay } from './status.ts';

/** Less than the probes beside it: whoever comes next is told what came late. */
const BUDGET_MS = 500;

/** Never throws, and ends in time. Undefined: there is no ClickHouse, it does not answer, or it has nothing of the last two days. */
export async function logDelayBy(tell: Tell, budgetMs = BUDGET_MS): Promise<LogDelay | undefined> {
  const ask = async () => {
    const { LOG_DELAY } = await import('../analytics/topics.ts'); // Nix never needs it
    return tell(LOG_DELAY, {});
  };
  const told = await inTime(ask, budgetMs).catch(() => 'not-available' as const);
  if (!isTold(told) || told.found.newest === null) return undefined;
  const loadedUpTo = new Date(told.found.newest);
  return Number.isNaN(loadedUpTo.getTime()) ? undefined : { loadedUpTo, asOf: told.at, fresh: told.fresh };
}
