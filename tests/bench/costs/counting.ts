/**
 * Adapters that count what an adapter of AWS would send, around those in memory: a conditional put looks first, a body of unknown length
 * goes in parts, a listing has a thousand keys a page (shared/bucket/s3.ts), ten messages are one request (shared/queue/sqs.ts).
 */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { createLog, type Log } from '../../../shared/log.ts';
import { createMetrics } from '../../../shared/metrics.ts';
import type { Queue } from '../../../shared/queue/queue.ts';
import type { BinaryCache } from '../../../shared/upstream/binary-cache.ts';
import type { Channels } from '../../../shared/upstream/channels.ts';
import { noCounts, type Tally } from './counts.ts';

const PAGE = 1_000;
const BATCH = 10;

export function countedBucket(bucket: Bucket, tally: () => Tally): Bucket {
  const isNar = (key: string) => key.startsWith('nar/');
  return {
    name: bucket.name,
    head(key, signal) {
      tally().s3Head += 1;
      return bucket.head(key, signal);
    },
    async get(key, options) {
      tally().s3Get += 1;
      const found = await bucket.get(key, options);
      if (found && !isNar(key)) tally().bytesGot += found.size;
      return found;
    },
    async put(key, body, options = {}) {
      const whole = typeof body === 'string' || body instanceof Uint8Array;
      if (options.only && 'ifMatch' in options.only) tally().s3Head += 1;
      tally().s3Put += whole || options.size !== undefined ? 1 : 3; // begun, one part, completed
      const put = await bucket.put(key, body, options);
      if (!isNar(key)) tally().bytesPut += options.size ?? (await bucket.head(key))?.size ?? 0;
      return put;
    },
    delete(key, signal) {
      tally().s3Delete += 1;
      return bucket.delete(key, signal);
    },
    async *list(prefix, options) {
      let keys = 0;
      tally().s3List += 1;
      for await (const one of bucket.list(prefix, options)) {
        if (keys > 0 && keys % PAGE === 0) tally().s3List += 1;
        keys += 1;
        yield one;
      }
    },
  };
}

export const countedQueue = (queue: Queue, tally: () => Tally): Pick<Queue, 'sendAll' | 'depth'> => ({
  async sendAll(bodies, signal) {
    const sent = await queue.sendAll(bodies, signal);
    tally().sqs += Math.ceil(sent / BATCH);
    return sent;
  },
  depth(signal) {
    tally().sqs += 1;
    return queue.depth(signal);
  },
});

export function countedCache(cache: BinaryCache, tally: () => Tally): BinaryCache {
  const asked = () => {
    tally().upstream += 1;
  };
  return {
    async narInfo(hash, signal) {
      asked();
      const bytes = await cache.narInfo(hash, signal);
      tally().bytesFromUpstream += bytes.length;
      return bytes;
    },
    nar(key, signal) {
      asked();
      return cache.nar(key, signal);
    },
    log(deriver, signal) {
      asked();
      return cache.log(deriver, signal);
    },
  };
}

/** Each call is one request at least; a release's page and the date of a commit are some more. */
export function countedChannels(channels: Channels, tally: () => Tally): Channels {
  const counted =
    <A extends readonly unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      tally().upstream += 1;
      return call(...args);
    };
  return {
    resolve: counted(channels.resolve),
    releasePage: counted(channels.releasePage),
    lastModified: counted(channels.lastModified),
    file: counted(channels.file),
  };
}

/** What is written to standard output on Lambda. */
export function countedOutput(name: string, tally: () => Tally) {
  const write = (line: string): void => {
    tally().logLines += 1;
    tally().logBytes += Buffer.byteLength(line) + 1;
  };
  const log: Log = createLog({ fields: { function: name }, write });
  return { write, log, metrics: createMetrics({ function: name, write }) };
}

/** Two buckets, and whose doings are counted at the moment. */
export function countingWorld(now: () => Date) {
  let tally = noCounts();
  const current = () => tally;
  return {
    current,
    bucket: countedBucket(memoryBucket('memory://public', now), current),
    state: countedBucket(memoryBucket('memory://state', now), current),
    /** What `work` does, and the seconds of processor that it takes. */
    async during(work: () => Promise<unknown>): Promise<Tally> {
      const mine = noCounts();
      const before = tally;
      tally = mine;
      const began = process.cpuUsage();
      try {
        await work();
      } finally {
        tally = before;
      }
      const { user, system } = process.cpuUsage(began);
      mine.cpuSeconds = (user + system) / 1e6;
      return mine;
    },
  };
}
