import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed, Malformed, Overloaded } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { createGate } from './gate.ts';
import { type ReadBucket, steadyBucket } from './steady-bucket.ts';

function unsteady() {
  const bucket = memoryBucket();
  const log = memoryLog();
  let [time, asked] = [0, 0];
  let trouble: (() => Promise<never>) | undefined;
  const read: ReadBucket = {
    name: 'memory',
    head(key) {
      asked += 1;
      return trouble ? trouble() : bucket.head(key);
    },
    get(key, options) {
      asked += 1;
      return trouble ? trouble() : bucket.get(key, options);
    },
  };
  const gate = createGate({ atOnce: 8, waiting: 8, waitMs: 100 });
  return {
    log,
    steady: steadyBucket(read, { gate, lookUpMs: 20, now: () => time, log }),
    asked: () => asked,
    pass(ms: number) {
      time += ms;
    },
    breaks(how: (() => Promise<never>) | undefined) {
      trouble = how;
    },
  };
}

const refuses = () => Promise.reject(new BucketFailed('refused'));

describe('a bucket that does not answer', () => {
  it('is asked three times in a row, then once a second, and by all again when it is back', async () => {
    const { steady, asked, breaks, pass, log } = unsteady();
    breaks(refuses);
    for (let i = 0; i < 10; i += 1) await expect(steady.head('a')).rejects.toThrow(BucketFailed);
    expect([asked(), steady.isDown()]).toEqual([3, true]);
    pass(1_000);
    for (let i = 0; i < 10; i += 1) await expect(steady.head('a')).rejects.toThrow(BucketFailed);
    expect(asked()).toBe(4);

    breaks(undefined);
    pass(1_000);
    await expect(steady.head('a')).resolves.toBeUndefined();
    expect([steady.isDown(), log.lines.map(({ event }) => event)]).toEqual([false, ['bucket.down', 'bucket.up']]);
    for (let i = 0; i < 5; i += 1) await steady.head('a');
  });

  it('ends a look-up that hangs, though it does not listen', async () => {
    const { steady, breaks } = unsteady();
    breaks(() => new Promise<never>(() => undefined));
    await expect(steady.get('a')).rejects.toThrow('in time');
  });

  it('is not called down for questions that are wrong, or for failures with answers in between', async () => {
    const { steady, breaks } = unsteady();
    for (let i = 0; i < 9; i += 1) {
      breaks(i % 3 < 2 ? refuses : undefined);
      await steady.head('a').catch(() => undefined);
    }
    breaks(() => Promise.reject(new Malformed('not a key')));
    for (let i = 0; i < 9; i += 1) await steady.head('a').catch(() => undefined);
    expect(steady.isDown()).toBe(false);
  });
});

it('says once in a while that it turns askers away', async () => {
  const log = memoryLog();
  let time = 0;
  const gate = createGate({ atOnce: 1, waiting: 0, waitMs: 100 });
  const read = { name: 'memory', head: () => new Promise<never>(() => undefined), get: async () => undefined };
  const steady = steadyBucket(read, { gate, lookUpMs: 50, now: () => time, log });
  const first = steady.head('a').catch(() => undefined);
  const turnedAway = async () => {
    for (let i = 0; i < 5; i += 1) await expect(steady.get('b')).rejects.toThrow(Overloaded);
  };
  await turnedAway();
  time += 10_000;
  await turnedAway();
  expect(log.lines.map(({ event }) => event)).toEqual(['bucket.overloaded', 'bucket.overloaded']);
  expect(steady.isDown()).toBe(false);
  await first;
});
