import { parseScrub, SCRUB_KEY } from '../../../events/scrub.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { BucketDown, BucketFailed } from '../../../shared/errors.ts';
import { memoryLog } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { keysOf } from '../../../shared/testing/journal.ts';
import { mortalBuckets } from '../../../shared/testing/mortal-buckets.ts';
import { type PublishedWorld, publishedWorld } from '../../../shared/testing/published-world.ts';
import { storeObject, TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { allowanceNow } from './allowance.ts';
import { scrubSlice } from './scrub-slice.ts';

const live = AbortSignal.timeout(120_000);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Scrubbing extends Partial<Pick<PublishedWorld, 'bucket' | 'state'>> {
  readonly bytesPerDay?: number;
  readonly ms?: number;
  readonly waitMs?: number;
}

function scrubbing(world: PublishedWorld) {
  const log = memoryLog();
  const now = () => new Date(world.clock.now);
  const scrub = ({ bytesPerDay = 1e9, ms = HOUR, waitMs = 200_000, ...buckets }: Scrubbing = {}) => {
    const { bucket, state } = { ...world, ...buckets };
    const sleep = async (pause: number) => {
      world.clock.now += pause;
    };
    const lease = createLease({ state, holder: 'collect', now });
    const deps = { bucket, state, lease, log, now, sleep, trustedKeys: [TEST_KEY] };
    const until = { endsAt: world.clock.now + ms, withdrawsUntil: world.clock.now + ms + HOUR };
    return scrubSlice({ bytesPerDay, mostShare: 0.5, ...until, waitMs }, deps, live);
  };
  const record = async () => parseScrub((await getText(world.state, SCRUB_KEY)) ?? '');
  const found = () => log.lines.filter(({ event }) => event === 'scrub.found').map(({ kind, key }) => `${kind} ${key}`);
  return { scrub, record, found, log };
}

/** A world whose scrub has begun a day ago, and may read as much as it likes. */
async function begun() {
  const world = await publishedWorld();
  const more = scrubbing(world);
  await expect(more.scrub()).resolves.toEqual({ outcome: 'waiting' });
  world.clock.now += DAY;
  return { world, ...more };
}

describe('the scrub', () => {
  it('reads every NAR once a round, and a round a day at most', async () => {
    const { world, scrub, record, log } = await begun();
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    const files = new Map(Object.values(world.objects).map(({ narKey, narFile }) => [narKey, narFile.length]));
    const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
    const { last, allowance } = await record();
    expect(last).toMatchObject({ names: 5, nars: 4, bytes, found: {} }); // two share one
    expect(allowance).toBe(1e9 - bytes);
    expect(log.lines.filter(({ level }) => level !== 'debug')).toMatchObject([{ event: 'scrub.round' }]);
    await expect(scrub()).resolves.toEqual({ outcome: 'waiting' });
    world.clock.now += DAY;
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    expect((await record()).last?.began).not.toBe(last?.began);
  });

  it('does nothing when it may read nothing', async () => {
    const { world, scrub } = await begun();
    await world.state.delete(SCRUB_KEY);
    await expect(scrub({ bytesPerDay: 0 })).resolves.toEqual({ outcome: 'off' });
    expect(await keysOf(world.state, SCRUB_KEY)).toEqual([]);
  });

  it('reads no more than it may, whatever the number of slices, and goes on where it was', async () => {
    const { world, scrub, record } = await begun();
    const many = Array.from({ length: 100 }, (_, n) => storeObject(`many-${n}`, { contents: `${n}`.repeat(500) }));
    await world.bring(...many);
    await world.publisher().tick(live);
    const total = [...Object.values(world.objects), ...many].reduce((sum, { narFile }) => sum + narFile.length, 0);
    const bytesPerDay = Math.ceil(total / 5);
    const read: number[] = [];
    const names: number[] = [];
    for (let hours = 0; hours < 24 * 8; hours += 1) {
      await scrub({ bytesPerDay });
      const { round, last } = await record();
      read.push(round?.bytes ?? last?.bytes ?? 0);
      names.push(round?.names ?? last?.names ?? 0);
      if (last) break;
      world.clock.now += HOUR;
    }
    expect(names.at(-1)).toBe(105);
    expect(read.at(-1)).toBeLessThanOrEqual(total);
    const days = read.length / 24;
    expect(days).toBeGreaterThan(3.5); // as a day's worth was saved up before
    expect(days).toBeLessThan(6);
    expect([...names].sort((a, b) => a - b)).toEqual(names); // it only goes forward
  });

  it('ends when its time is over, and goes on there', async () => {
    const { world, scrub, record } = await begun();
    const many = Array.from({ length: 100 }, (_, n) => storeObject(`many-${n}`));
    await world.bring(...many);
    await world.publisher().tick(live);
    const slow: Bucket = {
      ...world.bucket,
      get: (key, options) => {
        world.clock.now += 1_000;
        return world.bucket.get(key, options);
      },
    };
    await expect(scrub({ bucket: slow, ms: 40_000 })).resolves.toEqual({ outcome: 'under-way' });
    const { names = 0, cursor } = (await record()).round ?? {};
    expect(names).toBeGreaterThan(0);
    expect(names).toBeLessThan(60);
    expect(cursor).toMatch(/\.narinfo$/);
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    expect((await record()).last).toMatchObject({ names: 105 });
  });

  it('withdraws what is rotten, and it returns', async () => {
    const { world, scrub, record, found } = await begun();
    const { base, lone, twin } = world.objects;
    await world.rot(base);
    await expect(scrub()).resolves.toMatchObject({
      outcome: 'round-over',
      withdrawn: { outcome: 'done', names: 3, nars: 1 },
    });
    expect(found()).toEqual([`nar-rotten ${base.narKey}`]);
    expect((await record()).last).toMatchObject({ found: { 'nar-rotten': 1 } });
    expect(await world.names()).toEqual([lone, twin].map(({ hash }) => narInfoKey(hash)).sort());
    world.clock.now += 1_000;
    const next = world.publisher();
    await next.tick(live);
    await world.bring(base);
    await next.tick(live);
    expect(await world.names()).toHaveLength(5);
    world.clock.now += DAY;
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    expect((await record()).last).toMatchObject({ found: {} });
  });

  it('leaves to a person what a wrong setting or a bucket without its labels would look like', async () => {
    const { world, scrub, found } = await begun();
    const { lone, app } = world.objects;
    await world.bucket.put(lone.narKey, lone.narFile);
    await world.bucket.put(narInfoKey(app.hash), app.narInfo.replace(/^Sig: .*\n/m, ''));
    const names = await world.names();
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    expect(found()).toHaveLength(3); // two name the one NAR
    expect(await world.names()).toEqual(names);
  });

  it('stops withdrawing when there is too much: that is no rot', async () => {
    const { world, scrub, record, log } = await begun();
    const many = Array.from({ length: 150 }, (_, n) => storeObject(`many-${n}`));
    await world.bring(...many);
    await world.publisher().tick(live);
    for (const { narKey } of many) await world.bucket.delete(narKey);
    await expect(scrub()).resolves.toMatchObject({ withdrawn: { names: 100 } });
    expect((await record()).last).toMatchObject({ found: { 'nar-missing': 150 } });
    expect(log.lines.map(({ event }) => event)).toContain('scrub.brake');
    expect(await world.names()).toHaveLength(55);
  });

  it('takes nothing away that most of the mirror needs, but says so: somebody has to look', async () => {
    const { world, scrub, log } = await begun();
    const { base } = world.objects;
    const many = Array.from({ length: 200 }, (_, n) => storeObject(`many-${n}`, { references: [base.path] }));
    await world.bring(...many);
    await world.publisher().tick(live);
    const names = await world.names();
    await world.bucket.delete(base.narKey);
    await expect(scrub()).resolves.toMatchObject({ withdrawn: { outcome: 'refused', names: 0, wouldGo: 203 } });
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'withdrawal.refused', names: 203 }));
    expect(await world.names()).toEqual(names);
  });

  it('withdraws nothing for what was away for a moment, when it had to wait for the lease', async () => {
    const { world, scrub } = await begun();
    const { base } = world.objects;
    const away: Bucket = {
      ...world.bucket,
      head: async (key, signal) => (key === base.narKey ? undefined : world.bucket.head(key, signal)),
    };
    await createLease({ state: world.state, holder: 'two', now: () => new Date(world.clock.now) }).hold(live);
    await expect(scrub({ bucket: away, waitMs: 1 })).resolves.toMatchObject({ withdrawn: { outcome: 'no-lease' } });
    world.clock.now += HOUR;
    await expect(scrub()).resolves.toEqual({ outcome: 'waiting' });
    expect(await world.names()).toHaveLength(5);
    expect(await keysOf(world.state, 'withdrawals/')).toEqual([]);
  });

  it('goes on with what an earlier run has left before it reads anything, and ends it though it may read nothing', async () => {
    const { world, scrub, record } = await begun();
    await world.rot(world.objects.base);
    const slow: Bucket = {
      ...world.bucket,
      delete: (...args) => {
        world.clock.now += 3 * HOUR;
        return world.bucket.delete(...args);
      },
    };
    await expect(scrub({ bucket: slow })).resolves.toMatchObject({ withdrawn: { outcome: 'under-way', names: 1 } });
    world.clock.now += DAY;
    const before = await record();
    await expect(scrub({ bucket: slow })).resolves.toMatchObject({ withdrawn: { outcome: 'under-way', names: 1 } });
    expect(await record()).toEqual(before);
    await expect(scrub({ bytesPerDay: 0 })).resolves.toMatchObject({
      outcome: 'off',
      withdrawn: { outcome: 'done', names: 1 },
    });
    expect(await world.names()).toHaveLength(2);
  });

  it('gives way to another that scrubs', async () => {
    const { world, scrub, record } = await begun();
    const state: Bucket = {
      ...world.state,
      get: async (key, options) => {
        const stored = await world.state.get(key, options);
        if (key === SCRUB_KEY) await scrub(); // the other one is faster
        return stored;
      },
    };
    await expect(scrub({ state })).resolves.toEqual({ outcome: 'elsewhere' });
    expect((await record()).last).toMatchObject({ names: 5 });
  });

  it.each(['garbage', '{"at":"yesterday"}', ''])('begins anew when its record is damaged: %j', async (text) => {
    const { world, scrub, record } = await begun();
    await world.state.put(SCRUB_KEY, text);
    await expect(scrub()).resolves.toEqual({ outcome: 'waiting' });
    world.clock.now += DAY;
    await expect(scrub()).resolves.toEqual({ outcome: 'round-over' });
    expect((await record()).last).toMatchObject({ names: 5 });
  });

  it('takes an object’s failure for no rot, and the bucket’s for the end of the slice', async () => {
    const { world, scrub, found } = await begun();
    const failing = (error: Error, when: (key: string) => boolean): Bucket => ({
      ...world.bucket,
      get: (key, options) => (when(key) ? Promise.reject(error) : world.bucket.get(key, options)),
    });
    const { lone } = world.objects;
    const one = failing(
      new BucketFailed('could not get it', { code: 'EACCES' }),
      (key) => key === narInfoKey(lone.hash),
    );
    await expect(scrub({ bucket: one })).resolves.toEqual({ outcome: 'round-over' });
    expect(found()).toEqual([`unread ${narInfoKey(lone.hash)}`]);
    world.clock.now += DAY;
    const down = failing(new BucketDown('down'), () => true);
    await expect(scrub({ bucket: down })).rejects.toMatchObject({ code: 'BUCKET_DOWN' });
  });

  it('finds what is rotten after a cut at any write, and withdraws it', async () => {
    let cuts = 0;
    for (let writes = 0; ; writes += 1) {
      const { world, scrub } = await begun();
      await world.rot(world.objects.base);
      const { life, buckets } = mortalBuckets(world, writes);
      await scrub(buckets).catch(() => undefined);
      if (life.left >= 0) break;
      cuts += 1;
      world.clock.now += HOUR;
      await scrub();
      expect(await world.names()).toHaveLength(2);
      expect(await world.bucket.head(world.objects.base.narKey)).toBeUndefined();
    }
    expect(cuts).toBeGreaterThan(8);
  });
});

describe('its allowance', () => {
  const at = '2026-11-25T00:00:00.000Z';
  const after = (ms: number) => new Date(Date.parse(at) + ms);

  it.each([
    ['nothing at first', undefined, 0, 0],
    ['an hour’s share after an hour', 0, HOUR, 1_000],
    ['what was left besides', 500, HOUR, 1_500],
    ['a day’s at most', 20_000, 3 * DAY, 24_000],
    ['less by what was overdrawn', -1_500, HOUR, -500],
    ['no less when a clock went back', 500, -HOUR, 500],
  ])('is %s', (_what, allowance, ms, expected) => {
    const before = allowance === undefined ? undefined : { at, allowance };
    expect(allowanceNow(before, 24_000, after(ms))).toBe(expected);
  });
});
