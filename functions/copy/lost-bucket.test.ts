/** A disk that fills, or a bucket that goes away, in the middle of copying: nothing is lost, nothing is buried, and it goes on by itself. */
import { type CopyRequested, formatCopyRequested, parseCopyRequested } from '../../events/copy-requested.ts';
import { memoryRecordLog } from '../../events/log-record.ts';
import { UNAVAILABLE } from '../../events/path-unavailable.ts';
import { stagedKey } from '../../events/staged.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { troubleWithAny } from '../../shared/bucket/probe.ts';
import { BucketFailed, BucketFull } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { consumeBatch, type Run } from '../../shared/queue/consume-batch.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { keysOf } from '../../shared/testing/journal.ts';
import { sqsEvent } from '../../shared/testing/sqs-event.ts';
import { storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { answerRequest } from './answer-request.ts';
import { pausedWithoutBucket } from './pause.ts';
import { tellFailure } from './tell.ts';

const DAY = 86_400_000;

/** A bucket with room for so many bytes, which reads some of a body before it notices. */
function smallBucket(room: { bytes: number }): Bucket {
  const inner = memoryBucket();
  return {
    ...inner,
    async put(key, body, options) {
      async function* counted() {
        for await (const chunk of typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body)] : body) {
          room.bytes -= chunk.length;
          if (room.bytes < 0) throw new BucketFull(`could not put ${key} in file:///data/cache`, { code: 'ENOSPC' });
          yield chunk;
        }
      }
      return inner.put(key, counted(), options);
    },
  };
}

/** A bucket whose keys are refused once so many bytes are in it. */
function revokedBucket(room: { bytes: number }): Bucket {
  const inner = memoryBucket('s3://copycat');
  const refuse = (operation: string, key: string) => {
    const answer = 'InvalidAccessKeyId (403)';
    throw new BucketFailed(`s3://copycat did not ${operation} ${key}: ${answer}`, { answer, scope: 'bucket' });
  };
  return {
    ...inner,
    head: async (key, signal) => (room.bytes < 0 ? refuse('head', key) : inner.head(key, signal)),
    async put(key, body, options) {
      room.bytes -= options?.size ?? 0;
      return room.bytes < 0 ? refuse('put', key) : inner.put(key, body, options);
    },
  };
}

it.each([
  ['full', smallBucket],
  ['away', revokedBucket],
])('loses no message and no path, however long it stays %s', async (_what, open) => {
  const paths = Array.from({ length: 10 }, (_, i) => storeObject(`p-${i}`, { contents: `${i}`.repeat(5_000) }));
  const room = { bytes: 20_000 };
  const [bucket, state, queue, log] = [open(room), memoryBucket(), memoryQueue(), memoryLog()];
  const clock = { ms: Date.parse('2026-11-23') };
  const now = () => new Date(clock.ms);
  const records = memoryRecordLog(now);
  const upstream = memoryBinaryCache(upstreamObjects(paths));
  const deps = {
    upstream,
    bucket,
    state,
    log,
    records,
    trustedKeys: [TEST_KEY],
    copyLogs: false,
    retryAfterMs: DAY,
    now,
  };
  const work = pausedWithoutBucket((request: CopyRequested, run: Run) => answerRequest(request, deps, run), {
    lackOfRoom: async () => undefined,
    trouble: () => troubleWithAny([bucket, state]),
    log,
    now,
    sleep: async (ms) => {
      clock.ms += ms;
    },
  });
  const consume = consumeBatch(
    { parse: parseCopyRequested, work, onFailure: (failure) => tellFailure(failure, records) },
    { queue, log, now, answerMs: 100 },
  );
  const bodies = paths.map(({ hash }) => formatCopyRequested({ hash }));
  const deliver = async (receives: number) => {
    const event = sqsEvent(bodies, { receives, firstReceivedAt: new Date(clock.ms - receives * DAY) });
    const { batchItemFailures } = await consume(event, { getRemainingTimeInMillis: () => 10_000 });
    clock.ms += DAY;
    return batchItemFailures.length;
  };

  for (let receives = 1; receives < 30; receives += 1) expect(await deliver(receives)).toBeGreaterThan(0);
  expect(queue.dead).toEqual([]);
  expect((await keysOf(state)).filter((key) => key.startsWith(UNAVAILABLE))).toEqual([]);
  expect(log.lines.filter(({ event }) => event === 'copy.paused')).toHaveLength(1);

  room.bytes = 1e9;
  expect(await deliver(30)).toBe(0);
  expect((await keysOf(state)).sort()).toEqual(paths.map(({ hash }) => stagedKey(hash)).sort());
  expect(log.lines.filter(({ event }) => event === 'copy.resumed')).toHaveLength(1);
  expect(records.records.filter(({ kind }) => kind === 'failure')).toEqual([]); // a pause is no failure, and no flood
});
