/** A mirror to look at: buckets in memory with the records of a few channels, parts that can be taken down, a clock. */
import { channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../events/channel-seen.ts';
import { formatPolled, POLLED_KEY, type PolledChannel } from '../../events/polled.ts';
import { formatProbeDays, PROBE_DAYS_KEY, type ProbedDay } from '../../events/probe-days.ts';
import { type Findings, formatProbes, minuteOf, probesKey } from '../../events/probes.ts';
import { dateOf } from '../../events/record.ts';
import { formatReleaseProgress, progressKey } from '../../events/release-progress.ts';
import { memoised } from '../../functions/serve/memoised.ts';
import { liveProbes } from '../../functions/serve/status/live-probes.ts';
import { createStatusReader, type StatusDeps } from '../../functions/serve/status/read-status.ts';
import { type StatusSectionDeps, statusSection } from '../../functions/serve/status/section.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { memoryLog } from '../log.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { CACHE_NIXOS_ORG_1 } from '../nix/signature.ts';
import type { Ask } from '../probe/probe.ts';
import type { Site } from '../web/site.ts';
import { createJournal } from './journal.ts';
import { type ServeWorld, serveWorld } from './serve-world.ts';

export const STABLE = parseChannelName('nixos-26.05');
export const STABLE_SMALL = parseChannelName('nixos-26.05-small');
export const UNSTABLE_SMALL = parseChannelName('nixos-unstable-small');

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface StatusWorld extends ServeWorld {
  readonly state: Bucket;
  readonly clock: { now: number };
  /** What is down now, and how: mutable. */
  readonly down: { bucket?: unknown; state?: unknown };
  /** What was asked of the buckets. */
  readonly asked: readonly string[];
  /** Three channels: two complete, and the third one behind and copying. */
  fill(): Promise<void>;
  /** What publish writes every minute. */
  probe(findings?: Partial<Findings>): Promise<void>;
  poll(channels?: readonly PolledChannel[]): Promise<void>;
  /** Days before today, the newest first, that publish has counted up: minutes that bucket and upstream answered, and did not. */
  days(minutes: readonly (readonly [ok: number, down: number])[]): Promise<void>;
}

export interface StatusWorldOptions {
  readonly askClickHouse?: Ask | undefined;
  readonly channels?: readonly ChannelName[];
  readonly site?: Partial<Site>;
  readonly forwardsMisses?: boolean;
  readonly counted?: StatusSectionDeps['counted'];
  readonly pause?: StatusDeps['pause'];
  readonly publicKeys?: StatusSectionDeps['publicKeys'];
  readonly logDelay?: StatusDeps['logDelay'];
}

export function statusWorld({
  askClickHouse,
  channels = [STABLE, STABLE_SMALL, UNSTABLE_SMALL],
  site = {},
  forwardsMisses = false,
  counted = { redirects: false, threshold: 10 },
  pause,
  publicKeys = [CACHE_NIXOS_ORG_1],
  logDelay,
}: StatusWorldOptions = {}): StatusWorld {
  const bucket = memoryBucket();
  const state = memoryBucket();
  const journal = createJournal();
  const clock = { now: Date.parse('2026-11-23T11:33:07Z') };
  const down: StatusWorld['down'] = {};
  const now = () => new Date(clock.now);
  const failing = (whole: Bucket, which: keyof typeof down): Pick<Bucket, 'head' | 'get'> => ({
    head: (key, signal) => (down[which] === undefined ? whole.head(key, signal) : Promise.reject(down[which])),
    get: (key, options) => (down[which] === undefined ? whole.get(key, options) : Promise.reject(down[which])),
  });
  const buckets = {
    bucket: failing(journal.watch('bucket', bucket), 'bucket'),
    state: failing(journal.watch('state', state), 'state'),
  };
  const memo = { forMs: 15_000, now: () => clock.now };
  const live = memoised(() => liveProbes({ ...buckets, askClickHouse, budgetMs: 100, now }), memo);
  const status = createStatusReader({
    ...buckets,
    channels,
    live,
    pause,
    logDelay,
    pollEveryMs: 3 * HOUR_MS,
    budgetMs: 100,
    now,
  });
  const log = memoryLog();
  const section = statusSection({
    status: memoised(status, memo),
    live,
    now,
    siteOf: ({ mirrorUrl }) => ({
      name: 'cache.example.org',
      version: '0.1.0',
      contact: 'ops@example.org',
      sourceUrl: 'https://example.org/source',
      issuesUrl: 'https://example.org/issues',
      supportUrl: 'https://example.org/support',
      mirrorUrl,
      ...site,
    }),
    forwardsMisses,
    counted,
    log,
    upstreamUrl: 'https://cache.nixos.org',
    publicKeys,
  });
  const world = { ...serveWorld({ sections: [section] }), log };

  return {
    ...world,
    bucket,
    state,
    clock,
    down,
    asked: journal.entries,
    pass(ms) {
      clock.now += ms;
      world.pass(ms);
    },
    fill: () => fillChannels({ bucket, state }, now()),
    async probe(findings = {}) {
      const row = { minute: minuteOf(now()), bucket: 14, clickhouse: null, upstream: 41, ...findings };
      const date = dateOf(now());
      await state.put(probesKey(date), formatProbes({ date, minutes: [row] }));
    },
    async days(minutes) {
      const days = minutes.map(([ok, down], at): ProbedDay => {
        const date = dateOf(new Date(clock.now - (at + 1) * 24 * HOUR_MS));
        return { date, bucket: { ok, down }, clickhouse: { ok: 0, down: 0 }, upstream: { ok, down } };
      });
      await state.put(PROBE_DAYS_KEY, formatProbeDays(days));
    },
    async poll(
      polled = [
        { channel: STABLE, outcome: 'unchanged', release: RELEASES.stable },
        { channel: STABLE_SMALL, outcome: 'unchanged', release: RELEASES.stableSmall },
        { channel: UNSTABLE_SMALL, outcome: 'detected', release: RELEASES.next },
      ],
    ) {
      const at = new Date(clock.now - 108 * MINUTE_MS).toISOString();
      await state.put(POLLED_KEY, formatPolled({ at, channels: polled }));
    },
  };
}

/** Three channels: two complete, and the third one behind and copying. */
export async function fillChannels(
  { bucket, state }: { readonly bucket: Pick<Bucket, 'put'>; readonly state: Pick<Bucket, 'put'> },
  at: Date,
): Promise<void> {
  const ago = (ms: number) => new Date(at.getTime() - ms).toISOString();
  const stands = async (channel: ChannelName, release: ReleasePrefix, more: Partial<Stand>, movedMs: number) => {
    const { revision = '', listed = 1_000, unavailable = {} } = more;
    const pointer = { channel, release, revision, movedAt: ago(movedMs), listed, unavailable };
    await bucket.put(channelPointerKey(channel), formatChannelPointer(pointer));
  };
  const seen = (channel: ChannelName, ...releases: readonly (readonly [ReleasePrefix, number])[]) =>
    state.put(
      channelSeenKey(channel),
      formatChannelSeen({
        channel,
        releases: releases.map(([release, ms]) => ({ release, seenAt: ago(ms), fannedOut: true })),
      }),
    );
  const { stable, stableSmall, before, next } = RELEASES;
  await stands(
    STABLE,
    stable,
    { ...REVISED.stable, listed: 98_415, unavailable: { missing: 1, blocked: 2 } },
    5 * HOUR_MS,
  );
  await seen(STABLE, [stable, 6 * HOUR_MS]);
  await stands(STABLE_SMALL, stableSmall, { ...REVISED.stableSmall, listed: 41_203 }, 2 * HOUR_MS);
  await seen(STABLE_SMALL, [stableSmall, 3 * HOUR_MS]);
  await stands(UNSTABLE_SMALL, before, { ...REVISED.before, listed: 40_812, unavailable: { missing: 1 } }, 9 * HOUR_MS);
  await seen(UNSTABLE_SMALL, [before, 10 * HOUR_MS], [next, 107 * MINUTE_MS]);
  const progress = { release: next, ...REVISED.next, listed: 40_877, toCome: 2_896, at: ago(4_000) };
  await state.put(progressKey(next), formatReleaseProgress(progress));
}

interface Stand {
  readonly revision: string;
  readonly listed: number;
  readonly unavailable: Readonly<Record<string, number>>;
}

export const RELEASES = {
  stable: parseReleasePrefix('nixos/26.05/nixos-26.05.2107.a1b2c3d4e5f6'),
  stableSmall: parseReleasePrefix('nixos/26.05-small/nixos-26.05.2110.4e07c9ab0d1e'),
  before: parseReleasePrefix('nixos/unstable-small/nixos-26.11pre1077900.77d01be90a2f'),
  next: parseReleasePrefix('nixos/unstable-small/nixos-26.11pre1077996.9f8e7d6c5b4a'),
};

const REVISED = {
  stable: { revision: `a1b2c3d4e5f6${'0'.repeat(28)}` },
  stableSmall: { revision: `4e07c9ab0d1e${'0'.repeat(28)}` },
  before: { revision: `77d01be90a2f${'0'.repeat(28)}` },
  next: { revision: `9f8e7d6c5b4a${'0'.repeat(28)}` },
};
