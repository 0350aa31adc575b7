/** Notes when the channels were looked at, for whoever looks at the mirror. It is no reason for a run to fail. */
import { formatPolled, POLLED_KEY } from '../../events/polled.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { DetectedAll } from './detect.ts';

export interface NoteDeps {
  readonly state: Pick<Bucket, 'put'>;
  readonly log: Pick<Log, 'warn'>;
  readonly now: () => Date;
}

export async function notePolled(
  outcomes: DetectedAll['channels'],
  { state, log, now }: NoteDeps,
  signal: AbortSignal,
): Promise<void> {
  const channels = outcomes.map((found) => {
    const { channel, outcome } = found;
    return found.outcome === 'failed' ? { channel, outcome } : { channel, outcome, release: found.release };
  });
  try {
    await state.put(POLLED_KEY, formatPolled({ at: now().toISOString(), channels }), { signal });
  } catch (error) {
    log.warn('poll.not-noted', { error: describeError(error) });
  }
}
