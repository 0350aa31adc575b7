/** What detect's metrics say of one run. */
import { channelPointerKey, parseChannelPointer } from '../../events/channel-pointer.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { describeError } from '../../shared/errors.ts';
import type { Metrics } from '../../shared/metrics.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import { channelLagMs } from './channel-lag.ts';
import { type NoteDeps, readSeen } from './channel-record.ts';

export interface MeterDeps extends NoteDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly metrics: Metrics;
}

export interface RunFigures {
  readonly failed: number;
  readonly asked: number;
}

/** Lags are looked up only when somebody hears of them: a poll of a channel that is unchanged costs little. */
export async function meterRun(
  { failed, asked }: RunFigures,
  channels: readonly ChannelName[],
  deps: MeterDeps,
  signal: AbortSignal,
): Promise<void> {
  const { metrics } = deps;
  if (!metrics.on) return;
  metrics.put({ ChannelsFailed: failed, StorePathsAsked: asked });
  let longestMs: number | undefined;
  for (const channel of channels) {
    const lagMs = await lagOf(channel, deps, signal);
    if (lagMs === undefined) continue;
    longestMs = Math.max(lagMs, longestMs ?? 0);
    metrics.put({ ChannelLagSeconds: lagMs / 1_000 }, { ChannelLagSeconds: 'Seconds' }, { Channel: channel });
  }
  // An alarm is about one metric, and no alarm knows the channels.
  if (longestMs !== undefined) metrics.put({ LongestLagSeconds: longestMs / 1_000 }, { LongestLagSeconds: 'Seconds' });
}

/** It is no reason for a run to fail. */
async function lagOf(channel: ChannelName, deps: MeterDeps, signal: AbortSignal): Promise<number | undefined> {
  try {
    const text = await getText(deps.bucket, channelPointerKey(channel), signal);
    const { record } = await readSeen(channel, deps, signal);
    return channelLagMs(record, readable(parseChannelPointer, text), deps.now());
  } catch (error) {
    deps.log.warn('lag.not-measured', { channel, error: describeError(error) });
    return undefined;
  }
}
