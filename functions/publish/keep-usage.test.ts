import { parseBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { openUsage } from './keep-usage.ts';

const live = AbortSignal.timeout(60_000);
const [MINUTE, HOUR] = [60_000, 3_600_000];
const nar = (bytes: number) => ({ fileSize: bytes, narSize: 5 * bytes });

function setUp({ limit = 1_000, bucket = memoryBucket(), state = memoryBucket() } = {}) {
  const clock = { now: Date.parse('2026-11-24T00:00:00Z'), perObject: 0 };
  const now = () => new Date(clock.now);
  const seen = { listings: 0 };
  const listed: Pick<Bucket, 'list'> = {
    async *list(...asked) {
      seen.listings += 1;
      for await (const one of bucket.list(...asked)) {
        clock.now += clock.perObject;
        yield one;
      }
    },
  };
  const log = memoryLog();
  const deps = { bucket: listed, state, lease: { keep: async () => live }, log, now, limit };
  const open = () => openUsage(deps, live);
  const fill = async (count: number, bytes: number, from = 0): Promise<void> => {
    for (let i = from; i < from + count; i += 1) await bucket.put(`nar/${i}`, Buffer.alloc(bytes));
  };
  const recorded = async () => {
    const text = await getText(state, USAGE_KEY);
    return text === undefined ? undefined : parseBucketUsage(text);
  };
  const tick = (passed = MINUTE) => {
    clock.now += passed;
    return { began: now(), idle: false };
  };
  return { clock, now, seen, log, bucket, state, open, fill, recorded, tick };
}

describe('what the bucket holds', () => {
  it('is counted whole at first, and written down', async () => {
    const { open, fill, recorded, tick } = setUp();
    await fill(5, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    expect(await recorded()).toMatchObject({ bytes: 500, objects: 5 });
    expect(usage.isCountingFirst()).toBe(false);
  });

  it('grows in between by what is read staged, without another count', async () => {
    const { open, fill, recorded, tick, now, seen } = setUp();
    await fill(1, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    usage.add(nar(30), now());
    usage.add({ narSize: 7 }, now()); // nobody says how large its file is
    await usage.keep(tick(), live);
    expect(await recorded()).toMatchObject({ bytes: 137, objects: 1 });
    expect(seen.listings).toBe(1);
  });

  it('is counted anew after an hour, and what was added is in that count', async () => {
    const { open, fill, recorded, tick, now, seen } = setUp();
    await fill(1, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    usage.add(nar(30), now());
    await fill(1, 28, 1);
    await usage.keep(tick(HOUR), live);
    expect(await recorded()).toMatchObject({ bytes: 128, objects: 2 });
    expect(seen.listings).toBe(2);
  });

  it('is looked at every minute at the limit, so that copying goes on soon after somebody made room', async () => {
    const { open, fill, recorded, tick, bucket, seen } = setUp({ limit: 300 });
    await fill(3, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    await usage.keep(tick(MINUTE / 2), live);
    expect(seen.listings).toBe(1);
    await bucket.delete('nar/0');
    await usage.keep(tick(), live);
    expect(await recorded()).toMatchObject({ bytes: 200 });
  });

  it('is never taken for less than it is by what comes while a count is under way', async () => {
    const { open, fill, recorded, tick, now, clock } = setUp();
    await fill(20, 10);
    clock.perObject = 50;
    const usage = await open();
    usage.add(nar(10), now()); // here before the count began
    let ticks = 0;
    while ((await recorded()) === undefined) {
      await usage.keep(tick(1_000), live);
      ticks += 1;
      if (ticks === 2) usage.add(nar(10), now());
    }
    expect(ticks).toBeGreaterThan(5); // a tick counts for a tenth of a second
    expect((await recorded())?.bytes).toBe(20 * 10 + 10);
  });

  it('is counted further in a tick that has nothing else to do', async () => {
    const { open, fill, tick, clock, seen } = setUp();
    await fill(100, 10);
    clock.perObject = 20;
    const usage = await open();
    await usage.keep(tick(1_000), live);
    const busy = clock.now;
    await usage.keep({ ...tick(1_000), idle: true }, live);
    expect(clock.now - 1_000 - busy).toBeGreaterThanOrEqual(1_000);
    expect([seen.listings, usage.isCountingFirst()]).toEqual([1, true]);
  });
});

describe('the record', () => {
  it('is taken over by the next term, which adds only what has been staged since, and counts at once', async () => {
    const { open, fill, recorded, tick, now, clock } = setUp();
    await fill(4, 100);
    const first = await open();
    await first.keep(tick(), live);
    const before = now();
    const second = await open();
    clock.perObject = 1_000; // its count takes a while
    second.add(nar(100), new Date(before.getTime() - 1));
    second.add(nar(50), new Date(before.getTime() + 1));
    await second.keep(tick(1_000), live);
    expect(await recorded()).toMatchObject({ bytes: 450 });
    expect(second.isCountingFirst()).toBe(false);
  });

  it('that is damaged costs itself: a count', async () => {
    const { open, fill, recorded, tick, state } = setUp();
    await state.put(USAGE_KEY, '{"bytes":-3}');
    await fill(2, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    expect(await recorded()).toMatchObject({ bytes: 200, objects: 2 });
  });

  it('is not written again while nothing has changed, nor more often than every two seconds', async () => {
    const { open, fill, state, tick, now } = setUp();
    await fill(1, 100);
    const usage = await open();
    await usage.keep(tick(), live);
    const etag = async () => (await state.head(USAGE_KEY))?.etag;
    const written = await etag();
    await usage.keep(tick(), live);
    expect(await etag()).toBe(written);
    usage.add(nar(1), now());
    await usage.keep(tick(), live);
    const again = await etag();
    expect(again).not.toBe(written);
    usage.add(nar(1), now());
    await usage.keep(tick(1_000), live);
    expect(await etag()).toBe(again);
  });
});

it('a bucket that may not be listed is no reason not to publish', async () => {
  const bucket = memoryBucket();
  const refused: Bucket = {
    ...bucket,
    async *list() {
      yield* [];
      throw new BucketFailed('s3://b did not list : AccessDenied (403)');
    },
  };
  const { open, recorded, tick, log } = setUp({ bucket: refused });
  const usage = await open();
  await usage.keep(tick(), live);
  await usage.keep(tick(), live);
  expect(log.lines.map(({ event }) => event)).toEqual(['usage.not-counted']);
  expect([await recorded(), usage.isCountingFirst()]).toEqual([undefined, false]);
});
