/** What collect's metrics say of one run, and of its scrub; a run that was not due says nothing. */
import type { Metrics } from '../../shared/metrics.ts';
import type { Outcome } from './collector.ts';
import type { Scrubbed } from './scrub/scrub-slice.ts';

export function meterRun(outcome: Outcome, metrics: Metrics): void {
  if (outcome.outcome === 'not-due') return;
  const refused = outcome.outcome === 'refused' ? 1 : 0;
  const { figures } = outcome;
  metrics.put(
    figures === undefined
      ? { Refused: refused }
      : {
          Refused: refused,
          NamesDeleted: figures.deletedNames,
          NarsDeleted: figures.deletedNars,
          BytesDeleted: figures.deletedBytes,
          NamesCondemned: figures.condemnedNames,
          BytesLive: figures.liveBytes,
        },
    { BytesDeleted: 'Bytes', BytesLive: 'Bytes' },
  );
}

/** Said again by each run, for as long as the rest waits for a person. */
export function meterScrub({ withdrawn }: Scrubbed, metrics: Metrics): void {
  if (withdrawn?.outcome === 'refused') metrics.put({ WithdrawalsRefused: 1 });
}
