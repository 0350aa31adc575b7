/** A publisher over buckets in memory, releases for it to settle, and ways to cut it. */
import { channelPointerKey, parseChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../events/channel-seen.ts';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { fanOutKey, formatFanOut } from '../../events/fan-out.ts';
import { noRecordLog } from '../../events/log-record.ts';
import { manifestKey, parseReleaseManifest, releaseKey } from '../../events/release-manifest.ts';
import { stagedKey } from '../../events/staged.ts';
import type { Parts } from '../../functions/publish/probe-parts.ts';
import { createPublisher, type Publisher } from '../../functions/publish/publisher.ts';
import { type Bucket, getText } from '../bucket/bucket.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { memoryLog } from '../log.ts';
import { noMetrics } from '../metrics.ts';
import { listingKey, narInfoKey } from '../nix/cache-object.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { formatStorePath, type StorePath, type StorePathHash } from '../nix/store-path.ts';
import { memoryQueue } from '../queue/memory.ts';
import { createJournal, keysOf } from './journal.ts';
import type { StoreObject } from './store-objects.ts';
import { xz } from './xz.ts';

export const CHANNEL: ChannelName = parseChannelName('nixos-unstable');
export const R1: ReleasePrefix = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
export const R2: ReleasePrefix = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbbbbbbbbbbb');

const NOTHING_PROBED: Parts = { bucket: undefined, clickhouse: undefined, upstream: undefined };

export type PublishWorld = ReturnType<typeof publishWorld>;

export function publishWorld() {
  const journal = createJournal();
  const bucket = memoryBucket();
  const state = memoryBucket();
  const copyQueue = memoryQueue();
  const clock = { now: Date.parse('2026-11-23T00:00:00Z') };
  const log = memoryLog();
  const lists = new Map<ReleasePrefix, readonly StorePath[]>();
  const open = (holder: string, of: (name: string, whole: Bucket) => Bucket): Publisher =>
    createPublisher({
      bucket: of('bucket', bucket),
      state: of('state', state),
      copyQueue,
      log,
      now: () => new Date(clock.now),
      holder,
      cacheInfo: 'StoreDir: /nix/store\n',
      parts: NOTHING_PROBED,
      records: noRecordLog,
      metrics: noMetrics,
    });

  return {
    journal,
    bucket,
    state,
    copyQueue,
    clock,
    log,
    /** The same machine, started again: it knows nothing but the buckets. */
    publisher: (holder = 'one') => open(holder, journal.watch),
    /** Its process dies after so many writes. `left` is less than none if it did. */
    mortalPublisher(writes: number) {
      const life = { left: writes };
      const dying = <T>(work: () => Promise<T>): Promise<T> => {
        life.left -= 1;
        return life.left < 0 ? Promise.reject(new Error('killed')) : work();
      };
      const publisher = open('one', (_name, whole) => ({
        ...whole,
        put: (...args) => dying(() => whole.put(...args)),
        delete: (...args) => dying(() => whole.delete(...args)),
      }));
      return { publisher, life };
    },
    /** As copy does: the NAR, its listing, the narinfo. What is here is left as it is. */
    async bring(...objects: readonly StoreObject[]) {
      for (const { hash, narInfo } of objects) {
        if ((await bucket.head(narInfoKey(hash))) ?? (await state.head(stagedKey(hash)))) continue;
        await bucket.put(listingKey(hash), 'a listing');
        await this.stage(...objects.filter((one) => one.narInfo === narInfo));
      }
    },
    /** The NAR, unless there is one, and the narinfo. */
    async stage(...objects: readonly StoreObject[]) {
      for (const { hash, narInfo, narKey, narFile, narHash, path } of objects) {
        const metadata = { 'nar-hash': narHash, 'store-path': `${path.hash}-${path.name}` };
        if (!(await bucket.head(narKey))) await bucket.put(narKey, narFile, { metadata });
        await state.put(stagedKey(hash), narInfo);
      }
    },
    /** As detect does: list, fan-out and record, one release after the other. */
    async see(release: ReleasePrefix, listed: readonly StorePath[], tracked: readonly StorePath[] = listed) {
      lists.set(release, listed);
      const text = listed.map((path) => `${formatStorePath(path)}\n`).join('');
      await bucket.put(releaseKey(release, 'store-paths.xz'), await xz(Buffer.from(text)));
      const head = { release, revision: 'f'.repeat(40), listed: listed.length, tracked: tracked.length };
      const paths = tracked.map((path) => ({ path, underWay: false }));
      await state.put(fanOutKey(release), formatFanOut(head, paths));
      const seen = [...lists.keys()].map((one) => ({
        release: one,
        seenAt: '2026-11-23T00:00:00.000Z',
        fannedOut: true,
      }));
      await state.put(channelSeenKey(CHANNEL), formatChannelSeen({ channel: CHANNEL, releases: seen }));
    },
    lists,
    names: async () => (await keysOf(bucket)).filter((key) => key.endsWith('.narinfo')),
    asked: (): readonly StorePathHash[] => copyQueue.sent.map((body) => parseCopyRequested(body).hash),
    async pointer() {
      const text = await getText(bucket, channelPointerKey(CHANNEL));
      return text === undefined ? undefined : parseChannelPointer(text);
    },
    async manifest(release: ReleasePrefix) {
      const text = await getText(bucket, manifestKey(release));
      return text === undefined ? undefined : parseReleaseManifest(text);
    },
  };
}
