/** What detect writes into the log stream: for each channel that it looked at what came of it, and each failure. */
import { revisionIn } from '../../events/channel-update-record.ts';
import { codeOf, failureOf } from '../../events/failure-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import { microseconds } from '../../events/record-fields.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import type { Detected } from './detect-channel.ts';

export function tellDetected(detected: Detected, ms: number, records: RecordLog): void {
  const { channel, outcome, release } = detected;
  const found = outcome === 'detected' ? foundIn(detected) : {};
  records.add({ kind: 'channel_update', channel, outcome, release, ...found, duration_us: microseconds(ms) });
}

const foundIn = ({ revision, releasedAt, listed, asked }: Extract<Detected, { outcome: 'detected' }>) => ({
  ...revisionIn(revision),
  ...(releasedAt !== undefined && { released_at: releasedAt }),
  paths: listed,
  new_paths: asked,
});

export function tellFailed(channel: ChannelName, error: unknown, ms: number, records: RecordLog): void {
  const outcome = 'failed';
  records.add({ kind: 'channel_update', channel, outcome, error: codeOf(error), duration_us: microseconds(ms) });
  records.add(failureOf(error, { stage: 'detect', channel }));
}
