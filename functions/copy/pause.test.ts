import { BucketDown, BucketFailed, BucketFull, UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { pausedWithoutBucket } from './pause.ts';
import { lackOfRoom } from './room.ts';

const GIB = 2 ** 30;
const run = { signal: AbortSignal.timeout(60_000), alone: () => false, receives: 1 };

/** A disk that fills by each message that is worked on, and a clock that moves when somebody sleeps. */
function copying({ free = 10 * GIB, limit = 5 * GIB, hardEnd = false } = {}) {
  const clock = { ms: 0 };
  const disk = { free, looks: 0, ofSleep: (): void => undefined };
  const log = memoryLog();
  const done: string[] = [];
  const disks = [
    {
      bucket: 'file:///data/cache',
      free: async () => {
        disk.looks += 1;
        return hardEnd ? undefined : disk.free;
      },
    },
  ];
  const work = pausedWithoutBucket<string>(
    async (message) => {
      if (message === 'bad') throw new UpstreamFailed('503');
      if (disk.free <= 0) throw new BucketFull('could not put nar/a in file:///data/cache', { code: 'ENOSPC' });
      clock.ms += 1;
      done.push(message);
    },
    {
      lackOfRoom: () => lackOfRoom(disks, limit),
      trouble: async () => undefined,
      log,
      now: () => new Date(clock.ms),
      sleep: async (ms) => {
        clock.ms += ms;
        disk.ofSleep();
      },
    },
  );
  const events = () => log.lines.map(({ event }) => event);
  return { clock, disk, log, done, events, work: (message: string) => work(message, run) };
}

describe('below MIN_FREE_BYTES', () => {
  it('nothing is worked on, and one line says why', async () => {
    const { work, done, log, disk } = copying({ free: 3 * GIB });
    for (const message of ['a', 'b', 'c']) await expect(work(message)).rejects.toThrow(BucketFull);
    expect(done).toEqual([]);
    expect(log.lines).toMatchObject([
      {
        event: 'copy.paused',
        reason: 'BUCKET_FULL',
        message: 'file:///data/cache has 3.00 GiB free, less than MIN_FREE_BYTES of 5.00 GiB',
        limit: 5 * GIB,
        free: 3 * GIB,
      },
    ]);
    expect(disk.looks).toBeLessThanOrEqual(10);
  });

  it('a message that waits goes on as soon as there is room', async () => {
    const { work, done, disk, events } = copying({ free: 3 * GIB });
    disk.ofSleep = () => {
      disk.free = 6 * GIB;
    };
    await work('a');
    expect(done).toEqual(['a']);
    expect(events()).toEqual(['copy.paused', 'copy.resumed']);
  });

  it('goes on soon after there is room, however far the clock is set meanwhile', async () => {
    for (const ms of [-1e12, -60_000, 1e12]) {
      const { work, done, disk, clock } = copying({ free: 3 * GIB });
      await expect(work('a')).rejects.toThrow(BucketFull);
      clock.ms += ms;
      disk.free = 6 * GIB;
      for (let tries = 0; tries < 4 && done.length === 0; tries += 1) {
        await work('a').catch(() => undefined);
        clock.ms += 5_000;
      }
      expect(done).toEqual(['a']);
    }
  });

  it('lets all through again after a put that found room, though the clock was set back', async () => {
    const { work, done, disk, clock } = copying({ free: 0, limit: 0, hardEnd: true });
    await expect(work('a')).rejects.toThrow(BucketFull);
    clock.ms -= 1e12;
    disk.free = 6 * GIB;
    for (const message of ['a', 'b', 'c']) await work(message);
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('says each change once, however many messages come and go', async () => {
    const { work, clock, disk, events } = copying();
    for (let round = 0; round < 3; round += 1) {
      disk.free = 1;
      clock.ms += 5_000;
      await Promise.allSettled(Array.from({ length: 20 }, () => work('a')));
      disk.free = 9 * GIB;
      clock.ms += 5_000;
      await Promise.all(Array.from({ length: 20 }, () => work('a')));
    }
    expect(events()).toEqual(Array(3).fill(['copy.paused', 'copy.resumed']).flat());
  });

  it('the disk is looked at every five seconds, not for each message', async () => {
    const { work, disk } = copying();
    for (let i = 0; i < 100; i += 1) await work('a');
    expect(disk.looks).toBe(1);
  });
});

describe('a put that finds no room', () => {
  it.each([
    ['on a disk without a limit', { limit: 0 }],
    ['where nobody knows what is free', { hardEnd: true }],
  ])('pauses copying until one finds some (%s)', async (_where, options) => {
    const { work, clock, disk, done, events } = copying(options);
    await work('a');
    disk.free = 0;
    clock.ms += 5_000;
    await Promise.allSettled([work('b'), work('c')]);
    expect(events()).toEqual(['copy.paused']);
    disk.free = GIB;
    clock.ms += 5_000;
    await work('b');
    await work('c');
    expect(done).toEqual(['a', 'b', 'c']);
    expect(events()).toEqual(['copy.paused', 'copy.resumed']);
  });

  it('is not what upstream does wrong', async () => {
    const { work, events } = copying();
    await expect(work('bad')).rejects.toThrow(UpstreamFailed);
    expect(events()).toEqual([]);
  });
});

describe('a failure that may be the bucket’s', () => {
  const refused = new BucketFailed('s3://b did not put nar/a: AccessDenied (403)', { scope: 'bucket' });
  const down = new BucketDown("s3://b can't be used (put): AccessDenied (403)", { bucket: 's3://b', operation: 'put' });

  /** A bucket that is down or not, and keys that it refuses by themselves. */
  function bucketThat(state: { down: boolean }) {
    const clock = { ms: 0, ofSleep: (): void => undefined };
    const [log, done] = [memoryLog(), [] as string[]];
    const seen = { asked: 0, probes: 0 };
    const work = pausedWithoutBucket<string>(
      async (message) => {
        seen.asked += 1;
        clock.ms += 1;
        if (message === 'large') throw new BucketFull('ENOSPC');
        if (state.down || message === 'odd') throw refused;
        if (message === 'too long') throw new BucketFailed('KeyTooLong', { scope: 'object' });
        done.push(message);
      },
      {
        lackOfRoom: async () => undefined,
        trouble: async () => {
          seen.probes += 1;
          return state.down ? down : undefined;
        },
        log,
        now: () => new Date(clock.ms),
        sleep: async (ms) => {
          clock.ms += ms;
          clock.ofSleep();
        },
      },
    );
    return {
      clock,
      log,
      done,
      seen,
      work: (message: string) => work(message, run),
      events: () => log.lines.map(({ event }) => event),
    };
  }

  it('pauses when the bucket fails by itself, too: one line, and nobody is asked for anything until it is back', async () => {
    const state = { down: true };
    const { work, log, seen, clock, done, events } = bucketThat(state);
    await Promise.allSettled(Array.from({ length: 10 }, () => work('a')));
    const asked = seen.asked;
    for (let i = 0; i < 50; i += 1) await expect(work('b')).rejects.toThrow(BucketDown);
    expect(seen.asked).toBe(asked);
    expect(log.lines).toMatchObject([
      { event: 'copy.paused', reason: 'BUCKET_DOWN', message: down.message, bucket: 's3://b' },
    ]);

    clock.ofSleep = () => {
      state.down = false;
    };
    await work('c');
    await work('d');
    expect(done).toEqual(['c', 'd']);
    expect(events()).toEqual(['copy.paused', 'copy.resumed']);
  });

  it('tries the bucket once for all messages that fail together, and every five seconds after that', async () => {
    const { work, seen, clock } = bucketThat({ down: true });
    await Promise.allSettled(Array.from({ length: 10 }, () => work('a')));
    expect(seen.probes).toBe(1);
    const before = clock.ms;
    for (let i = 0; i < 20; i += 1) await work('b').catch(() => undefined);
    expect(seen.probes - 1).toBeLessThanOrEqual(Math.ceil((clock.ms - before) / 5_000));
  });

  it('is that of one odd object while the bucket can be used', async () => {
    const { work, done, seen, events } = bucketThat({ down: false });
    await expect(work('odd')).rejects.toBe(refused);
    await work('a');
    expect([done, seen.probes, events()]).toEqual([['a'], 1, []]);
  });

  it('is told when it comes on top of a bucket without room, as one pause', async () => {
    const state = { down: false };
    const { work, clock, events } = bucketThat(state);
    await expect(work('large')).rejects.toThrow(BucketFull);
    state.down = true;
    clock.ms += 5_000;
    await expect(work('a')).rejects.toThrow(BucketDown);
    state.down = false;
    clock.ms += 5_000;
    await work('a');
    expect(events()).toEqual(['copy.paused', 'copy.still-paused', 'copy.resumed']);
  });

  it('is not looked into when it can only be the object’s', async () => {
    const { work, seen } = bucketThat({ down: false });
    await expect(work('too long')).rejects.toThrow('KeyTooLong');
    expect(seen.probes).toBe(0);
  });
});

it('takes a disk that can’t be looked at for one with room: the put will tell', async () => {
  const disks = [{ bucket: 'b', free: () => Promise.reject(new Error('gone')) }];
  await expect(lackOfRoom(disks, GIB)).resolves.toBeUndefined();
});
