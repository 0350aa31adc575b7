/** The line that a run of collect ends with; one that was not due has none. */
import type { Collected, CollectFigures } from '../../events/collected.ts';
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';

type Ended = Omit<Collected, 'at' | 'next'>;

/** `refused` is somebody's to look at, and has an event of its own. */
export function tellRun({ outcome, reason, figures }: Ended, ms: number, log: Log): void {
  if (outcome === 'refused') log.warn('collect.refused', { outcome, reason, duration_ms: ms });
  else log.info('collect.done', { outcome, ...(figures && inFields(figures)), duration_ms: ms });
}

export const tellFailure = (error: unknown, ms: number, log: Log): void =>
  log.info('collect.done', { outcome: 'failed', code: describeError(error).code, duration_ms: ms });

const inFields = (figures: CollectFigures) => ({
  names: figures.names,
  live: figures.liveNames,
  live_bytes: figures.liveBytes,
  condemned: figures.condemnedNames,
  condemned_bytes: figures.condemnedBytes,
  deleted: figures.deletedNames,
  deleted_nars: figures.deletedNars,
  deleted_bytes: figures.deletedBytes,
  retired: figures.retiredReleases,
});
