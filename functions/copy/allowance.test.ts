import { formatBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { memoryLog } from '../../shared/log.ts';
import { lackOfAllowance } from './allowance.ts';
import { pausedWithoutBucket } from './pause.ts';

const GIB = 2 ** 30;
const at = '2026-11-24T00:00:00.000Z';
const run = { signal: AbortSignal.timeout(60_000), alone: () => false, receives: 1 };
const bucket = { name: 's3://copycat' };

async function stateHolding(bytes: number) {
  const state = memoryBucket();
  const hold = (now: number) => state.put(USAGE_KEY, formatBucketUsage({ bytes: now, objects: 3, countedAt: at, at }));
  await hold(bytes);
  return { state, hold };
}

describe('MAX_BUCKET_BYTES', () => {
  it.each([
    ['below it there is room', 5 * GIB - 1, 5 * GIB, undefined],
    ['at it there is none', 5 * GIB, 5 * GIB, 's3://copycat holds 5.00 GiB, and MAX_BUCKET_BYTES is 5.00 GiB'],
    ['raised, there is room again', 5 * GIB, 6 * GIB, undefined],
    ['unset, nothing is read', 5 * GIB, undefined, undefined],
  ])('%s', async (_rule, bytes, limit, message) => {
    const { state } = await stateHolding(bytes);
    const lack = await lackOfAllowance({ bucket, state, limit });
    expect(lack?.message).toBe(message);
    if (lack) expect(lack.facts).toEqual({ bucket: 's3://copycat', limit, bytes });
  });

  it.each([
    ['is not there yet', undefined],
    ['is damaged', '{'],
  ])('takes a bucket for one with room while the record %s', async (_what, text) => {
    const state = memoryBucket();
    if (text !== undefined) await state.put(USAGE_KEY, text);
    await expect(lackOfAllowance({ bucket, state, limit: 1 })).resolves.toBeUndefined();
  });

  it('takes a bucket for one with room while the state bucket fails: copying will say so', async () => {
    const state = { get: () => Promise.reject(new Error('gone')) };
    await expect(lackOfAllowance({ bucket, state, limit: 1 })).resolves.toBeUndefined();
  });

  it('pauses copying, which goes on by itself when the bucket holds less', async () => {
    const { state, hold } = await stateHolding(5 * GIB);
    const [log, done, clock] = [memoryLog(), [] as string[], { ms: 0 }];
    const work = pausedWithoutBucket<string>(async (message) => void done.push(message), {
      lackOfRoom: () => lackOfAllowance({ bucket, state, limit: 5 * GIB }),
      trouble: async () => undefined,
      log,
      now: () => new Date(clock.ms),
      sleep: async (ms) => {
        clock.ms += ms;
      },
    });
    await expect(work('a', run)).rejects.toMatchObject({ code: 'BUCKET_FULL' });
    await expect(work('a', run)).rejects.toMatchObject({ code: 'BUCKET_FULL' });
    await hold(4 * GIB);
    clock.ms += 5_000;
    await work('a', run);
    expect(done).toEqual(['a']);
    expect(log.lines).toMatchObject([{ event: 'copy.paused', limit: 5 * GIB }, { event: 'copy.resumed' }]);
  });
});
