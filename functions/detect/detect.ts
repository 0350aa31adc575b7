/**
 * detect: looks at every configured channel. One channel's trouble never stops another's, but it is told in the end, so that
 * the platform tries again soon and not after hours.
 */
import type { RecordLog } from '../../events/log-record.ts';
import { ChannelsFailed, describeError } from '../../shared/errors.ts';
import type { ChannelName } from '../../shared/nix/release.ts';
import { type DetectDeps, type Detected, detectChannel } from './detect-channel.ts';
import { type MeterDeps, meterRun } from './meter.ts';
import { notePolled } from './note-polled.ts';
import { bringImages, type ImageDeps } from './release-images.ts';
import { tellDetected, tellFailed } from './tell.ts';

export interface DetectedAll {
  readonly channels: readonly (
    | Detected
    | { readonly channel: ChannelName; readonly outcome: 'failed'; readonly code: string }
  )[];
}

/**
 * One channel after the other: their lists are large, and the second profits from what the first has asked for.
 * @throws {ChannelsFailed} when all have been looked at, and some could not.
 */
export async function detectAll(
  channels: readonly ChannelName[],
  deps: DetectDeps & ImageDeps & MeterDeps & { readonly records: RecordLog; readonly mirrorImages: boolean },
  signal: AbortSignal,
): Promise<DetectedAll> {
  const outcomes: DetectedAll['channels'][number][] = [];
  const beganAll = deps.now().getTime();
  for (const channel of channels) {
    const began = deps.now().getTime();
    const ms = () => deps.now().getTime() - began;
    try {
      const detected = await detectChannel(channel, deps, signal);
      outcomes.push(detected);
      tellDetected(detected, ms(), deps.records);
      if (detected.outcome === 'unchanged') deps.log.info('channel.unchanged', { channel, release: detected.release });
      else {
        const { release, revision, listed, asked } = detected;
        deps.log.info('release.detected', { channel, release, revision, store_paths: listed, to_copy: asked });
      }
    } catch (error) {
      const description = describeError(error);
      deps.log.error('channel.failed', { channel, error: description });
      outcomes.push({ channel, outcome: 'failed', code: description.code });
      tellFailed(channel, error, ms(), deps.records);
    }
  }
  await notePolled(outcomes, deps, signal);
  const figures = figuresOf(outcomes);
  await meterRun(figures, channels, deps, signal);
  if (deps.mirrorImages) {
    const standing = outcomes.flatMap((one) => (one.outcome === 'failed' ? [] : [one]));
    await bringImages(standing, deps, signal);
  }
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ channel }) => channel);
  const outcome = failed.length > 0 ? 'failed' : figures.detected > 0 ? 'detected' : 'unchanged';
  deps.log.info('detect.done', { outcome, ...figures, duration_ms: deps.now().getTime() - beganAll });
  if (failed.length > 0) throw new ChannelsFailed(`could not look at ${failed.join(', ')}`, { channels: outcomes });
  return { channels: outcomes };
}

function figuresOf(outcomes: DetectedAll['channels']) {
  const of = (outcome: string): number => outcomes.filter((one) => one.outcome === outcome).length;
  const asked = outcomes.reduce((sum, one) => sum + (one.outcome === 'detected' ? one.asked : 0), 0);
  return {
    channels: outcomes.length,
    unchanged: of('unchanged'),
    detected: of('detected'),
    failed: of('failed'),
    asked,
  };
}
