/**
 * Puts together what is known: by looking at the parts that serve uses, and by reading what detect and publish have written
 * down. It never throws and ends in time, whatever is down: what can't be read now is shown as it was read last, or not at all.
 */
import { channelPointerKey, parseChannelPointer } from '../../../events/channel-pointer.ts';
import { channelSeenKey, parseChannelSeen } from '../../../events/channel-seen.ts';
import { COLLECTED_KEY, parseCollected } from '../../../events/collected.ts';
import { POLLED_KEY, parsePolled } from '../../../events/polled.ts';
import { readable } from '../../../events/record.ts';
import { changesKey } from '../../../events/release-changes.ts';
import { parseReleaseProgress, progressKey } from '../../../events/release-progress.ts';
import { parseScrub, SCRUB_KEY } from '../../../events/scrub.ts';
import { parseSpoolStanding, SPOOL_STANDING_KEY } from '../../../events/spool-standing.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import type { ChannelName } from '../../../shared/nix/release.ts';
import { channelStanding } from './channel-standing.ts';
import { findingsOf } from './findings.ts';
import { lastRead } from './last-read.ts';
import { latestProbe } from './latest-probe.ts';
import type { LiveParts } from './live-probes.ts';
import { readProbes } from './read-uptime.ts';
import { type CopyPause, isPublishing, type LogDelay, mirrorStateOf, type Polls, type Status } from './status.ts';
import { upkeepOf } from './upkeep.ts';
import { uptimeOf } from './uptime.ts';

export interface StatusDeps {
  readonly channels: readonly ChannelName[];
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly state: Pick<Bucket, 'get'>;
  readonly live: () => Promise<LiveParts>;
  /** What holds copying back, if something does. */
  readonly pause?: ((signal: AbortSignal) => Promise<CopyPause | undefined>) | undefined;
  /** How far the log stream is loaded, if that can be said. It ends in time by itself, and never throws. */
  readonly logDelay?: (() => Promise<LogDelay | undefined>) | undefined;
  /** Milliseconds between two looks at the channels. */
  readonly pollEveryMs: number;
  /** Milliseconds for each record; they are read side by side. */
  readonly budgetMs: number;
  readonly now: () => Date;
}

export function createStatusReader(deps: StatusDeps): () => Promise<Status> {
  const { bucket, state, now } = deps;
  const read = <T>(work: (signal: AbortSignal) => Promise<T>) => lastRead(work, deps);

  const polled = read(async (signal) => readable(parsePolled, await getText(state, POLLED_KEY, signal)));
  const probes = read((signal) => readProbes(state, now(), signal));
  const pause = read(async (signal) => deps.pause?.(signal));
  const spool = read(async (signal) => readable(parseSpoolStanding, await getText(state, SPOOL_STANDING_KEY, signal)));
  const scrub = read(async (signal) => readable(parseScrub, await getText(state, SCRUB_KEY, signal)));
  const collect = read(async (signal) => readable(parseCollected, await getText(state, COLLECTED_KEY, signal)));
  const channels = deps.channels.map((channel) => ({
    channel,
    pointer: read(async (signal) => {
      const pointer = readable(parseChannelPointer, await getText(bucket, channelPointerKey(channel), signal));
      const changes = pointer && (await bucket.head(changesKey(pointer.release), signal));
      return { pointer, changes: changes !== undefined };
    }),
    work: read(async (signal) => {
      const seen = readable(parseChannelSeen, await getText(state, channelSeenKey(channel), signal));
      const newest = seen?.releases.at(-1)?.release;
      const progress = newest && readable(parseReleaseProgress, await getText(state, progressKey(newest), signal));
      return { seen, progress };
    }),
  }));

  return async () => {
    const [live, logDelay, poll, probed, paused, spooled, scrubbed, collected, ...found] = await Promise.all([
      deps.live(),
      deps.logDelay?.(),
      polled(),
      probes(),
      pause(),
      spool(),
      scrub(),
      collect(),
      ...channels.map(async ({ channel, pointer, work }) => {
        const [where, how] = await Promise.all([pointer(), work()]);
        return { channel, where, how };
      }),
    ]);
    const at = now();
    const standings = found.map(({ channel, where, how }) =>
      channelStanding(
        channel,
        {
          known: where.at !== undefined && how.at !== undefined,
          pointer: where.value?.pointer,
          changes: where.value?.changes ?? false,
          seen: how.value?.seen,
          progress: how.value?.progress,
          polled: poll.value?.channels.find((one) => one.channel === channel),
        },
        at,
      ),
    );
    const parts = { ...live, upstream: latestProbe(probed.value?.newest, 'upstream', at) };
    const polls = pollsOf(poll.value?.at, deps.pollEveryMs);
    const upkeep = upkeepOf(scrubbed, collected);
    const records = [poll, probed, spooled, scrubbed, collected, ...found.flatMap(({ where, how }) => [where, how])];
    const findings = findingsOf({
      at,
      upstream: parts.upstream,
      probed,
      polls,
      channels: standings,
      records,
      pause: paused.value,
      upkeep,
    });
    return {
      at,
      state: mirrorStateOf(parts, isPublishing({ findings, polls })),
      parts,
      channels: standings,
      polls,
      spool: spooled.value,
      logDelay,
      uptime: probed.value && uptimeOf(probed.value.days, at),
      upkeep,
      findings,
    };
  };
}

function pollsOf(last: string | undefined, everyMs: number): Polls {
  if (last === undefined) return { everyMs };
  const at = new Date(last);
  return { everyMs, last: at, next: new Date(at.getTime() + everyMs) };
}
