/** The stages' own logic, wired to the world that writes down what they do. */
import { parseCopyRequested } from '../../../events/copy-requested.ts';
import { noRecordLog } from '../../../events/log-record.ts';
import { createCollector } from '../../../functions/collect/collector.ts';
import { scrubSlice } from '../../../functions/collect/scrub/scrub-slice.ts';
import { answerRequest } from '../../../functions/copy/answer-request.ts';
import { detectAll } from '../../../functions/detect/detect.ts';
import { createPublisher } from '../../../functions/publish/publisher.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { silentLog } from '../../../shared/log.ts';
import { createMetrics, noMetrics } from '../../../shared/metrics.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { POLICY, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { type MemoryRelease, memoryBinaryCache, memoryChannels } from '../../../shared/upstream/memory.ts';
import type { World } from './world.ts';

/** It may change between calls. */
export interface Upstream {
  readonly cache: ReadonlyMap<string, Uint8Array>;
  readonly points: ReadonlyMap<ChannelName, ReleasePrefix>;
  readonly releases: ReadonlyMap<ReleasePrefix, MemoryRelease>;
}

const HOUR = 3_600_000;

export function openStages({ clock, now, queue, as }: World, { cache, points, releases }: Upstream, live: AbortSignal) {
  const log = silentLog;
  const records = noRecordLog;
  const sleep = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  const metrics = createMetrics({ function: 'detect', write: () => undefined });
  const detect = () =>
    detectAll(
      [...points.keys()],
      {
        ...as('detect'),
        channels: memoryChannels(points, releases),
        log,
        now,
        records,
        metrics,
        mirrorImages: true,
        room: async () => undefined,
      },
      live,
    );
  const run = { signal: live, alone: () => true, receives: 1 };
  const copyAll = async (): Promise<void> => {
    const deps = {
      ...as('copy'),
      upstream: memoryBinaryCache(cache),
      trustedKeys: [TEST_KEY],
      copyLogs: true,
      retryAfterMs: HOUR,
      now,
      log,
      records,
    };
    for (let batch = queue.receive(1); batch.length > 0; batch = queue.receive(1)) {
      for (const delivery of batch) {
        await answerRequest(parseCopyRequested(delivery.body), deps, run);
        queue.done(delivery);
      }
    }
  };
  const publisher = createPublisher({
    ...as('publish'),
    log,
    records,
    now,
    metrics: noMetrics,
    holder: 'publish',
    cacheInfo: 'StoreDir: /nix/store\n',
    maxBucketBytes: 1e12,
    parts: { bucket: async () => undefined, clickhouse: undefined, upstream: undefined },
  });
  const publish = async (): Promise<void> => {
    for (let tick = 0; tick < 12; tick += 1) {
      await publisher.tick(live);
      await copyAll();
      clock.now += 10_000;
    }
  };
  const collector = createCollector({
    ...as('collect'),
    policy: { ...POLICY, channels: [UNSTABLE] },
    log,
    records,
    now,
    sleep,
    holder: 'c/collect',
  });
  const collect = async (): Promise<void> => {
    clock.now += 100_000; // publish's lease is over
    await collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: true }, live);
  };
  const scrub = async (): Promise<void> => {
    const own = as('collect');
    clock.now += 100_000;
    const lease = createLease({ state: own.state, holder: 'c/scrub', now });
    await scrubSlice(
      {
        bytesPerDay: 1e9,
        endsAt: Number.POSITIVE_INFINITY,
        withdrawsUntil: Number.POSITIVE_INFINITY,
        mostShare: 1,
        waitMs: 200_000,
      },
      { ...own, lease, log, now, sleep, trustedKeys: [TEST_KEY] },
      live,
    );
  };

  return { detect, copyAll, publish, collect, scrub };
}
