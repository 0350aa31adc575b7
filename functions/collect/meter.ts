/** What collect's metrics say of one run; one that was not due says nothing. */
import type { Metrics } from '../../shared/metrics.ts';
import type { Outcome } from './collector.ts';

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
