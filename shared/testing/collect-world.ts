/** Buckets in memory for tests of collect, with a clock of their own: names as copy and publish leave them, releases, channels. */
import { channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../events/channel-seen.ts';
import { CONDEMNED_KEY, readCondemned } from '../../events/condemned.ts';
import { fanOutKey, formatFanOut } from '../../events/fan-out.ts';
import { memoryRecordLog } from '../../events/log-record.ts';
import { formatReleaseManifest, manifestKey, releaseKey, SETTLED_AT } from '../../events/release-manifest.ts';
import {
  type CollectDeps,
  type Collector,
  createCollector,
  type Outcome,
  type Run,
} from '../../functions/collect/collector.ts';
import { NAR_GRACE_MS } from '../../functions/collect/condemn.ts';
import type { CollectPolicy } from '../../functions/collect/plan-collection.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { memoryLog } from '../log.ts';
import { listingKey, narInfoKey } from '../nix/cache-object.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { formatStorePath, type StorePath } from '../nix/store-path.ts';
import { keysOf } from './journal.ts';
import type { StoreObject } from './store-objects.ts';
import { xz } from './xz.ts';

export const DAY = 86_400_000;
export const UNSTABLE: ChannelName = parseChannelName('nixos-unstable');
export const releaseNumber = (n: number): ReleasePrefix =>
  parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.${String(n).padStart(12, '0')}`);

export const POLICY: CollectPolicy = {
  channels: [UNSTABLE],
  releases: 1,
  ms: 30 * DAY,
  mostBytes: Number.POSITIVE_INFINITY,
  mostShare: 1,
  grace: { names: 7 * DAY, nars: NAR_GRACE_MS, channels: 30 * DAY },
};

export type CollectWorld = ReturnType<typeof collectWorld>;

export function collectWorld() {
  const clock = { now: Date.parse('2026-11-25T00:00:00Z') };
  const now = () => new Date(clock.now);
  const bucket = memoryBucket('memory://public', now);
  const state = memoryBucket('memory://state', now);
  const log = memoryLog();
  const records = memoryRecordLog(now);
  const live = AbortSignal.timeout(600_000);

  const world = {
    clock,
    now,
    bucket,
    state,
    log,
    records,
    live,
    pass(days: number): void {
      clock.now += days * DAY;
    },
    /** The NAR, its listing and the name, as they are once it is published. */
    async show(...objects: readonly StoreObject[]): Promise<void> {
      for (const object of objects) {
        await world.bring(object);
        await bucket.put(narInfoKey(object.hash), object.narInfo);
      }
    },
    async bring({ hash, narKey, narFile, narHash }: StoreObject): Promise<void> {
      await bucket.put(narKey, narFile, { metadata: { 'nar-hash': narHash } });
      await bucket.put(listingKey(hash), 'a listing');
    },
    /** As detect has seen it: under way. */
    async fanOut(release: ReleasePrefix, paths: readonly StorePath[]): Promise<void> {
      await bucket.put(
        releaseKey(release, 'store-paths.xz'),
        await xz(paths.map((one) => `${formatStorePath(one)}\n`).join('')),
      );
      await bucket.put(releaseKey(release, 'nixexprs.tar.xz'), 'expressions');
      const head = { release, revision: '', listed: paths.length, tracked: paths.length };
      await state.put(
        fanOutKey(release),
        formatFanOut(
          head,
          paths.map((path) => ({ path, underWay: false })),
        ),
      );
    },
    async settle(release: ReleasePrefix, listed = 1): Promise<void> {
      const settledAt = now().toISOString();
      await bucket.put(
        manifestKey(release),
        formatReleaseManifest({ release, revision: '', settledAt, listed, unavailable: [] }),
        { metadata: { [SETTLED_AT]: settledAt } },
      );
    },
    async see(releases: readonly ReleasePrefix[], channel = UNSTABLE): Promise<void> {
      const seen = releases.map((release) => ({ release, seenAt: now().toISOString(), fannedOut: true }));
      await state.put(channelSeenKey(channel), formatChannelSeen({ channel, releases: seen }));
    },
    async point(release: ReleasePrefix, channel = UNSTABLE): Promise<void> {
      const pointer = { channel, release, revision: '', movedAt: now().toISOString(), listed: 1, unavailable: {} };
      await bucket.put(channelPointerKey(channel), formatChannelPointer(pointer));
    },
    collector(policy: Partial<CollectPolicy> = {}, more: Partial<CollectDeps> = {}): Collector {
      return createCollector({
        bucket,
        state,
        policy: { ...POLICY, ...policy },
        log,
        records,
        now,
        sleep: async (ms) => {
          clock.now += ms;
        },
        holder: 'machine/collect',
        ...more,
      });
    },
    /** By hand, with all the time in the world. */
    collect: (policy: Partial<CollectPolicy> = {}, run: Partial<Run> = {}): Promise<Outcome> =>
      world.collector(policy).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false, ...run }, live),
    async names(): Promise<readonly string[]> {
      return (await keysOf(bucket)).filter((key) => key.endsWith('.narinfo'));
    },
    nars: () => keysOf(bucket, 'nar/'),
    async condemned(): Promise<ReadonlyMap<string, number>> {
      const stored = await state.get(CONDEMNED_KEY);
      return stored ? (await readCondemned(stored.body)).since : new Map();
    },
  };
  return world;
}

export const namesOf = (...objects: readonly StoreObject[]): readonly string[] =>
  objects.map(({ hash }) => narInfoKey(hash)).sort();
export const narsOf = (...objects: readonly StoreObject[]): readonly string[] =>
  [...new Set(objects.map(({ narKey }) => narKey))].sort();

/** A bucket that does nothing any more after so many writes of all that share `left`: its process has died. */
export function mortal(bucket: Bucket, left: { writes: number }): Bucket {
  const live = (): void => {
    left.writes -= 1;
    if (left.writes < 0) throw new Error('killed');
  };
  return {
    ...bucket,
    put: async (...args) => {
      live();
      return bucket.put(...args);
    },
    delete: async (...args) => {
      live();
      return bucket.delete(...args);
    },
  };
}
