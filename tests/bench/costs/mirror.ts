/** The stages that mirror, on the counting world: their own logic, as their handlers wire it. */
import { parseCopyRequested } from '../../../events/copy-requested.ts';
import { createRecordLog } from '../../../events/log-record.ts';
import { createCollector } from '../../../functions/collect/collector.ts';
import { answerRequest } from '../../../functions/copy/answer-request.ts';
import { createCopyMeter } from '../../../functions/copy/meter.ts';
import { detectAll } from '../../../functions/detect/detect.ts';
import { createPublisher } from '../../../functions/publish/publisher.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import { POLICY } from '../../../shared/testing/collect-world.ts';
import { TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { type MemoryRelease, memoryBinaryCache, memoryChannels } from '../../../shared/upstream/memory.ts';
import { countedCache, countedChannels, countedOutput, countedQueue, type countingWorld } from './counting.ts';

export interface Upstream {
  readonly cache: ReadonlyMap<string, Uint8Array>;
  readonly points: ReadonlyMap<ChannelName, ReleasePrefix>;
  readonly releases: ReadonlyMap<ReleasePrefix, MemoryRelease>;
}

const BATCH = 10;
const HOUR = 3_600_000;

export function openMirror(
  world: ReturnType<typeof countingWorld>,
  { cache, points, releases }: Upstream,
  clock: { now: number },
  signal: AbortSignal,
) {
  const { bucket, state, current } = world;
  const now = () => new Date(clock.now);
  const queue = memoryQueue({ now });
  const copyQueue = countedQueue(queue, current);
  const cacheOf = countedCache(memoryBinaryCache(cache), current);
  const output = (name: string) => {
    const { write, log, metrics } = countedOutput(name, current);
    return { log, metrics, records: createRecordLog(write, now) };
  };

  const detect = () =>
    detectAll(
      [...points.keys()],
      {
        ...{ bucket, state, copyQueue, now, ...output('detect') },
        channels: countedChannels(memoryChannels(points, releases), current),
        mirrorImages: false,
        room: async () => undefined,
      },
      signal,
    );

  /** An invocation; whether there was anything. Lambda receives by one request and deletes by one. */
  async function copy(): Promise<boolean> {
    const batch = queue.receive(BATCH);
    if (batch.length === 0) return false;
    const { log, metrics, ...out } = output('copy');
    const meter = createCopyMeter(out.records, metrics);
    const deps = {
      ...{ bucket, state, now, log, records: meter.records, upstream: cacheOf },
      ...{ trustedKeys: [TEST_KEY], copyLogs: false, retryAfterMs: HOUR },
    };
    const run = { signal, alone: () => false, receives: 1 };
    await meter.handler(() =>
      Promise.all(batch.map(({ body }) => answerRequest(parseCopyRequested(body), deps, run))),
    )();
    for (const delivery of batch) queue.done(delivery);
    current().sqs += 2;
    return true;
  }

  const publisher = createPublisher({
    ...{ bucket, state, copyQueue, now, ...output('publish') },
    holder: 'publish',
    cacheInfo: 'StoreDir: /nix/store\n',
    parts: {
      bucket: (asked) => bucket.get('nix-cache-info', { signal: asked }),
      clickhouse: undefined,
      upstream: async () => {
        current().upstream += 1;
      },
    },
  });
  /** A minute later, as the schedule has it. */
  const tick = async () => {
    clock.now += 60_000;
    return publisher.tick(signal);
  };

  const collector = createCollector({
    ...{ bucket, state, now, ...output('collect') },
    policy: { ...POLICY, channels: [...points.keys()] },
    sleep: async (ms) => {
      clock.now += ms;
    },
    holder: 'publish/collect',
  });
  const collect = () => collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: true }, signal);

  return { detect, copy, tick, collect };
}
