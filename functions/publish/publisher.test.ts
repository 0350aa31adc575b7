import { parseBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { channelPointerKey, formatChannelPointer, parseChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../events/channel-seen.ts';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { fanOutKey, formatFanOut } from '../../events/fan-out.ts';
import { memoryRecordLog, noRecordLog, type RecordLog } from '../../events/log-record.ts';
import { formatPathUnavailable, type Reason, unavailableKey } from '../../events/path-unavailable.ts';
import { parseProbes, probesKey } from '../../events/probes.ts';
import { formatReleaseManifest, manifestKey, parseReleaseManifest, RETIRED_AT } from '../../events/release-manifest.ts';
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { type Log, memoryLog } from '../../shared/log.ts';
import { memoryMetrics, noMetrics } from '../../shared/metrics.ts';
import { parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePath } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import { pathNamed, type StoreObject, storeObject } from '../../shared/testing/store-objects.ts';
import type { Parts } from './probe-parts.ts';
import { createPublisher } from './publisher.ts';

const live = AbortSignal.timeout(60_000);
const MINUTE = 60_000;
const channel = parseChannelName('nixos-unstable');
const r1 = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const r2 = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbb');

/** A chain app → lib → base, and one that stands alone. */
const base = storeObject('base');
const lib = storeObject('lib', { references: [base.path, pathNamed('lib')] });
const app = storeObject('app', { references: [lib.path] });
const lone = storeObject('lone');

const NOTHING_PROBED: Parts = { bucket: undefined, clickhouse: undefined, upstream: undefined };

function setUp(parts: Partial<Parts> = {}) {
  const journal = createJournal();
  const bucket = memoryBucket();
  const state = memoryBucket();
  const copyQueue = memoryQueue();
  const clock = { now: Date.parse('2026-11-23T00:00:00Z') };
  const log = memoryLog();
  const records = memoryRecordLog(() => new Date(clock.now));
  const metrics = memoryMetrics('publish');
  const publisher = (holder = 'one', maxBucketBytes?: number) =>
    createPublisher({
      maxBucketBytes,
      bucket: journal.watch('bucket', bucket),
      state: journal.watch('state', state),
      copyQueue,
      log,
      records,
      metrics,
      now: () => new Date(clock.now),
      holder,
      cacheInfo: 'StoreDir: /nix/store\n',
      parts: { ...NOTHING_PROBED, ...parts },
    });
  /** What the log stream was told, without what all records have. */
  const told = () => records.records.map(({ v: _v, id: _id, ts: _ts, ...rest }) => rest);
  return { journal, bucket, state, copyQueue, clock, log, records, metrics, told, publisher };
}

/** As copy does: the NAR, then the narinfo. */
async function stage(bucket: Bucket, state: Bucket, ...objects: StoreObject[]): Promise<void> {
  for (const { hash, narInfo, narKey, narFile, narHash } of objects) {
    await bucket.put(narKey, narFile, { metadata: { 'nar-hash': narHash } });
    await state.put(stagedKey(hash), narInfo);
  }
}

async function seeReleases(
  state: Bucket,
  releases: ReadonlyMap<ReleasePrefix, readonly StorePath[]>,
  revision = 'f'.repeat(40),
): Promise<void> {
  for (const [release, paths] of releases) {
    const head = { release, revision, listed: paths.length, tracked: paths.length };
    await state.put(
      fanOutKey(release),
      formatFanOut(
        head,
        paths.map((path) => ({ path, underWay: false })),
      ),
    );
  }
  const seen = [...releases.keys()].map((release) => ({
    release,
    seenAt: '2026-11-23T00:00:00.000Z',
    fannedOut: true,
  }));
  await state.put(channelSeenKey(channel), formatChannelSeen({ channel, releases: seen }));
}

const markUnavailable = (state: Bucket, { hash }: StorePath, reason: Reason, next = '2026-11-23T03:00:00.000Z') => {
  const at = '2026-11-23T00:00:00.000Z';
  const record = { hash, reason, evidence: 'seen in a test', since: at, attempts: 1, last: at, next };
  return state.put(unavailableKey(hash), formatPathUnavailable(record));
};

const names = async (bucket: Bucket) => (await keysOf(bucket)).filter((key) => key.endsWith('.narinfo')).sort();
const namesOf = (...objects: StoreObject[]) => objects.map(({ hash }) => `${hash}.narinfo`).sort();
const pointerOf = async (bucket: Bucket) => {
  const text = await getText(bucket, channelPointerKey(channel));
  return text === undefined ? undefined : parseChannelPointer(text);
};
const manifestOf = async (bucket: Bucket, release: ReleasePrefix) =>
  parseReleaseManifest((await getText(bucket, manifestKey(release))) ?? '{}');

describe('the publisher', () => {
  it('makes names in closure order, byte for byte, and takes them away from staged', async () => {
    const { state, bucket, journal, publisher } = setUp();
    await stage(bucket, state, app, lib, base, lone);
    await expect(publisher().tick(live)).resolves.toMatchObject({ outcome: 'ticked', shown: 4, idle: false });
    const order = journal.writes().filter((entry) => /^bucket put .*narinfo/.test(entry));
    const at = ({ hash }: StoreObject) => order.indexOf(`bucket put ${hash}.narinfo`);
    expect(at(base)).toBeLessThan(at(lib));
    expect(at(lib)).toBeLessThan(at(app));
    expect(await getText(bucket, `${app.hash}.narinfo`)).toBe(app.narInfo);
    expect(await keysOf(state, 'staged/')).toEqual([]);
  });

  it('asks once for a reference that nobody listed, and shows its referrers when it has come', async () => {
    const { state, bucket, copyQueue, publisher } = setUp();
    const one = publisher();
    await stage(bucket, state, app, lib);
    await one.tick(live);
    await one.tick(live);
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toEqual([base.hash]);
    expect(await names(bucket)).toEqual([]);
    await stage(bucket, state, base);
    await one.tick(live);
    expect(await names(bucket)).toEqual(namesOf(app, lib, base));
  });

  it('is idle once there is nothing to do', async () => {
    const { bucket, state, publisher } = setUp();
    const one = publisher();
    await stage(bucket, state, base);
    await expect(one.tick(live)).resolves.toMatchObject({ idle: false });
    await expect(one.tick(live)).resolves.toMatchObject({ idle: true, shown: 0, asked: 0 });
  });

  it('ends each tick in one line, and in one line of metrics; an idle one is for who debugs', async () => {
    const { bucket, state, log, metrics, publisher } = setUp();
    const one = publisher();
    await stage(bucket, state, base, lib, app);
    await markUnavailable(state, lone.path, 'missing');
    await state.delete(stagedKey(base.hash)); // what both refer to
    await one.tick(live);
    await one.tick(live);
    await publisher('two').tick(live);
    const done = log.lines.filter(({ event }) => event === 'publish.done');
    expect(done).toMatchObject([
      { level: 'info', outcome: 'ticked', shown: 0, asked: 1, staged: 2, unavailable: 1, duration_ms: 0 },
      { level: 'debug', outcome: 'ticked', asked: 0 },
      { level: 'debug', outcome: 'other-holder' },
    ]);
    expect(metrics.said).toMatchObject([
      { Shown: 0, Settled: 0, Moved: 0, Staged: 2, Unavailable: 1, LeaseHeldElsewhere: 0 },
      { Staged: 2 },
      { LeaseHeldElsewhere: 1 },
    ]);
    expect(metrics.said[2]).not.toHaveProperty('Shown'); // it can't know
  });

  it('ends a tick that fails in one line, too', async () => {
    const { state, bucket, log } = setUp();
    await stage(bucket, state, base);
    await expect(cutAfter(0, bucket, state, { log }).tick(live)).rejects.toThrow();
    expect(log.lines.filter(({ event }) => event === 'publish.done')).toMatchObject([{ outcome: 'failed' }]);
  });

  it('lets one publisher at a time make names', async () => {
    const { bucket, state, publisher } = setUp();
    await stage(bucket, state, base);
    await publisher('one').tick(live);
    await expect(publisher('two').tick(live)).resolves.toMatchObject({ outcome: 'other-holder', shown: 0 });
  });

  it('goes on where another was cut, at whatever write that was', async () => {
    for (let writes = 1; writes < 12; writes += 1) {
      const { state, bucket, publisher } = setUp();
      await stage(bucket, state, app, lib, base, lone);
      await seeReleases(state, new Map([[r1, [app.path, lone.path]]]));
      await cutAfter(writes, bucket, state)
        .tick(live)
        .catch(() => undefined);
      await expectClosed(bucket);
      const next = publisher('cut'); // the same machine, started again
      await next.tick(live);
      await next.tick(live);
      expect(await names(bucket)).toEqual(namesOf(app, lib, base, lone));
      expect(await keysOf(state, 'staged/')).toEqual([]);
      expect(await pointerOf(bucket)).toMatchObject({ release: r1, unavailable: {} });
    }
  });

  it('settles a release when all it lists is here, and moves the channel last', async () => {
    const { state, bucket, journal, publisher } = setUp();
    const one = publisher();
    await seeReleases(state, new Map([[r1, [app.path, lone.path]]]));
    await stage(bucket, state, app, lib, base);
    await one.tick(live);
    expect(await pointerOf(bucket)).toBeUndefined();
    await stage(bucket, state, lone);
    await one.tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ channel, release: r1, listed: 2, unavailable: {} });
    expect(journal.writes().at(-1)).toBe(`bucket put ${channelPointerKey(channel)}`);
  });

  it('counts a path that an earlier release brought', async () => {
    const { state, bucket, publisher } = setUp();
    await bucket.put(`${lone.hash}.narinfo`, lone.narInfo);
    await seeReleases(state, new Map([[r1, [lone.path]]]));
    await publisher().tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1 });
  });

  it('settles with what is unavailable and what that blocks, and lists them all', async () => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [app.path, lib.path, lone.path]]]));
    await stage(bucket, state, app, lib, lone);
    await markUnavailable(state, base.path, 'corrupt');
    const one = publisher();
    await one.tick(live);
    expect(await names(bucket)).toEqual(namesOf(lone));
    const manifest = await manifestOf(bucket, r1);
    expect(new Set(manifest.unavailable)).toEqual(
      new Set([
        { path: app.path, reason: 'blocked', because: base.hash },
        { path: lib.path, reason: 'blocked', because: base.hash },
      ]),
    );
    expect(await pointerOf(bucket)).toMatchObject({ release: r1, unavailable: { blocked: 2 } });
  });

  it('waits for a failing path: upstream being down is no verdict on the path', async () => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [lone.path]]]));
    await markUnavailable(state, lone.path, 'failing');
    await publisher().tick(live);
    expect(await pointerOf(bucket)).toBeUndefined();
  });

  it('heals: what has come after all is shown with its referrers, and struck from manifest, pointer and records', async () => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [app.path, base.path]]]));
    await stage(bucket, state, app, lib);
    await markUnavailable(state, base.path, 'missing');
    const one = publisher();
    await one.tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ unavailable: { blocked: 1, missing: 1 } });
    await stage(bucket, state, base);
    await one.tick(live);
    expect(await names(bucket)).toEqual(namesOf(app, lib, base));
    expect((await manifestOf(bucket, r1)).unavailable).toEqual([]);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1, unavailable: {} });
    expect(await keysOf(state, 'unavailable/')).toEqual([]);
  });

  it('heals after a restart as well', async () => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [base.path]]]));
    await markUnavailable(state, base.path, 'missing');
    await publisher().tick(live);
    await stage(bucket, state, base);
    await publisher().tick(live); // knows nothing but the buckets
    expect((await manifestOf(bucket, r1)).unavailable).toEqual([]);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1, unavailable: {} });
  });

  it('asks again for what is unavailable when it is due, once', async () => {
    const { state, copyQueue, clock, publisher } = setUp();
    await markUnavailable(state, base.path, 'missing', '2026-11-23T03:00:00.000Z');
    const one = publisher();
    await one.tick(live);
    expect(copyQueue.sent).toEqual([]);
    clock.now = Date.parse('2026-11-23T03:00:00Z');
    await one.tick(live);
    await one.tick(live);
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toEqual([base.hash]);
  });

  it('asks for what got lost: at once when it begins, and later when nothing moves and the queue is empty', async () => {
    const { state, copyQueue, clock, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [lone.path]]]));
    const one = publisher();
    await expect(one.tick(live)).resolves.toMatchObject({ idle: false });
    const asked = () => copyQueue.sent.map((body) => parseCopyRequested(body).hash);
    expect(asked()).toEqual([lone.hash]);
    clock.now += 16 * MINUTE;
    await one.tick(live); // the queue is not empty now
    expect(asked()).toEqual([lone.hash]);
    for (const delivery of copyQueue.receive()) copyQueue.done(delivery); // and the message is gone without a word
    clock.now += 14 * MINUTE;
    await one.tick(live);
    expect(asked()).toEqual([lone.hash]);
    clock.now += 2 * MINUTE;
    await one.tick(live);
    expect(asked()).toEqual([lone.hash, lone.hash]);
  });

  it('moves on to the newer release, and never back when an older one settles later', async () => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(
      state,
      new Map([
        [r1, [lone.path]],
        [r2, [base.path]],
      ]),
    );
    const one = publisher();
    await stage(bucket, state, base);
    await one.tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r2 });
    await stage(bucket, state, lone);
    await one.tick(live);
    expect((await manifestOf(bucket, r1)).unavailable).toEqual([]); // settled
    expect(await pointerOf(bucket)).toMatchObject({ release: r2 });
  });

  it('reads a pointer anew that somebody else has written', async () => {
    const { state, bucket, publisher } = setUp();
    const one = publisher();
    await seeReleases(
      state,
      new Map([
        [r1, [lone.path]],
        [r2, [base.path]],
      ]),
    );
    await stage(bucket, state, lone);
    await one.tick(live);
    const foreign = {
      channel,
      release: r1,
      revision: '',
      movedAt: '2026-11-01T00:00:00.000Z',
      listed: 9,
      unavailable: {},
    };
    await bucket.put(channelPointerKey(channel), formatChannelPointer(foreign));
    await stage(bucket, state, base);
    await expect(one.tick(live)).rejects.toMatchObject({ code: 'CONFLICT' });
    await one.tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r2 });
  });

  it.each([
    ['a lease', 'lease.json'],
    ["a record of detect's", channelSeenKey(parseChannelName('nixos-26.05'))],
    ['a record of an unavailable path', unavailableKey(app.hash)],
    ["another release's list", fanOutKey(r2)],
    ['a stray object', 'staged/README'],
    ['another stray object', 'unavailable/README.json'],
  ])('does not stand still for %s that is damaged', async (_what, key) => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(
      state,
      new Map([
        [r1, [lone.path]],
        [r2, [base.path]],
      ]),
    );
    await state.put(key, '{"garbage');
    await stage(bucket, state, lone);
    await publisher().tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1 });
  });

  it('asks for a path anew whose record was damaged', async () => {
    const { state, copyQueue, publisher } = setUp();
    await state.put(unavailableKey(base.hash), '');
    await publisher().tick(live);
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toEqual([base.hash]);
  });

  it.each([
    ['a pointer', channelPointerKey(channel)],
    ['a manifest', manifestKey(r1)],
  ])('writes %s anew that was damaged', async (_what, key) => {
    const { state, bucket, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [lone.path]]]));
    await stage(bucket, state, lone);
    await publisher().tick(live);
    await bucket.put(key, 'garbage');
    await publisher().tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1 });
    expect((await manifestOf(bucket, r1)).listed).toBe(1);
  });

  it('throws a staged narinfo away that was damaged, says so, and asks for it anew', async () => {
    const { state, log, copyQueue, publisher } = setUp();
    await seeReleases(state, new Map([[r1, [base.path]]])); // listed: only a message was lost would find it
    await state.put(stagedKey(base.hash), 'garbage');
    await publisher().tick(live);
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toContain(base.hash);
    expect(await keysOf(state, 'staged/')).toEqual([]);
    expect(log.lines.map(({ event }) => event)).toContain('staged.malformed');
  });

  it('takes a release that was retired and is seen again for one under way', async () => {
    const { bucket, state, publisher } = setUp();
    const retiredAt = '2026-11-20T00:00:00.000Z';
    const retired = { release: r1, revision: '', settledAt: retiredAt, retiredAt, listed: 1, unavailable: [] };
    await bucket.put(manifestKey(r1), formatReleaseManifest(retired), { metadata: { [RETIRED_AT]: retiredAt } });
    await seeReleases(state, new Map([[r1, [lone.path]]]));
    const one = publisher();
    await one.tick(live);
    expect(await pointerOf(bucket)).toBeUndefined();
    await stage(bucket, state, lone);
    await one.tick(live);
    expect(await pointerOf(bucket)).toMatchObject({ release: r1 });
    expect((await manifestOf(bucket, r1)).retiredAt).toBeUndefined();
    expect((await bucket.head(manifestKey(r1)))?.metadata).not.toHaveProperty(RETIRED_AT);
  });

  it.each([
    ['was collected after copy had found it', (bucket: Bucket) => bucket.delete(base.narKey)],
    ['is another', (bucket: Bucket) => bucket.put(base.narKey, 'x', { metadata: { 'nar-hash': app.narHash } })],
  ])('makes no name whose NAR %s, nor its referrers’, and asks for it anew', async (_how, spoil) => {
    const { state, bucket, log, copyQueue, publisher } = setUp();
    await stage(bucket, state, app, lib, base, lone);
    await spoil(bucket);
    const one = publisher();
    await one.tick(live);
    expect(await names(bucket)).toEqual(namesOf(lone));
    expect(copyQueue.sent.map((body) => parseCopyRequested(body).hash)).toEqual([base.hash]);
    expect(await keysOf(state, 'staged/')).toEqual([stagedKey(app.hash), stagedKey(lib.hash)].sort());
    expect(log.lines.map(({ event }) => event)).toContain('nar.gone');
    await stage(bucket, state, base);
    await one.tick(live);
    expect(await names(bucket)).toEqual(namesOf(app, lib, base, lone));
  });

  it('costs what changed, not what is stored', async () => {
    const absent = pathNamed('absent');
    const unsigned = ({ hash, name }: StorePath) => `StorePath: /nix/store/${hash}-${name}
URL: nar/${hash}.nar
NarHash: ${base.narHash}
NarSize: 1
References: ${absent.hash}-${absent.name}
`;
    const cost = async (stored: number) => {
      const { bucket, state, journal, publisher } = setUp();
      const waiting = (from: number, count: number) =>
        Promise.all(
          Array.from({ length: count }, (_, n) => {
            const path = pathNamed(`waiting-${from + n}`);
            return state.put(stagedKey(path.hash), unsigned(path));
          }),
        );
      await waiting(1_000_000, stored);
      const one = publisher();
      await one.tick(live);
      await waiting(0, 10);
      await stage(bucket, state, lone);
      journal.entries.length = 0;
      await expect(one.tick(live)).resolves.toMatchObject({ shown: 1 });
      return [...journal.entries].sort();
    };
    const atThousand = await cost(1_000);
    expect(atThousand.length).toBeGreaterThan(11); // the ten that are new are read
    expect(await cost(100_000)).toEqual(atThousand);
  });

  it('is neither failed nor held up by a part that hangs, and writes down what it found', async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const refused = () => Promise.reject(Object.assign(new Error('at 10.0.0.7'), { code: 'ECONNREFUSED' }));
    const { state, bucket, publisher } = setUp({
      bucket: async () => undefined,
      clickhouse: refused,
      upstream: hanging,
    });
    await stage(bucket, state, lone);
    await expect(publisher().tick(live)).resolves.toMatchObject({ outcome: 'ticked', shown: 1 });
    expect(await names(bucket)).toEqual(namesOf(lone));
    const { minutes } = parseProbes((await getText(state, probesKey('2026-11-23'))) ?? '');
    expect(minutes).toEqual([
      { minute: 0, bucket: expect.any(Number), clickhouse: { code: 521 }, upstream: { code: 522 } },
    ]);
  });

  it('probes when its tick fails, too: that is when one wants to know', async () => {
    const { state, bucket, copyQueue, clock, log } = setUp();
    const down = () => Promise.reject(new BucketFailed('down'));
    const one = createPublisher({
      metrics: noMetrics,
      bucket: { ...bucket, get: down, put: down },
      state,
      copyQueue,
      log,
      records: noRecordLog,
      now: () => new Date(clock.now),
      holder: 'one',
      cacheInfo: 'StoreDir: /nix/store\n',
      parts: { ...NOTHING_PROBED, bucket: down },
    });
    await expect(one.tick(live)).rejects.toThrow('down');
    expect(await getText(state, probesKey('2026-11-23'))).toContain('[0,{"code":520},null,null]');
  });

  it('writes down no probe while somebody else publishes', async () => {
    const { state, publisher } = setUp({ bucket: async () => undefined });
    await publisher('other').tick(live);
    for (const key of await keysOf(state, 'probes/')) await state.delete(key);
    await expect(publisher('one').tick(live)).resolves.toMatchObject({ outcome: 'other-holder' });
    expect(await keysOf(state, 'probes/')).toEqual([]);
  });

  it('spaces its ticks so that listing takes under a tenth of the time', async () => {
    const { clock, state, bucket, copyQueue, log } = setUp();
    const slow: Bucket = {
      ...state,
      list: (prefix, options) => {
        if (prefix === 'staged/') clock.now += 300;
        return state.list(prefix, options);
      },
    };
    const one = createPublisher({
      metrics: noMetrics,
      bucket,
      state: slow,
      copyQueue,
      log,
      records: noRecordLog,
      now: () => new Date(clock.now),
      holder: 'one',
      cacheInfo: '',
      parts: NOTHING_PROBED,
    });
    const outcomes: string[] = [];
    for (let second = 0; second < 30; second += 1) {
      outcomes.push((await one.tick(live)).outcome);
      clock.now += 1_000;
    }
    const listings = outcomes.filter((outcome) => outcome === 'ticked').length;
    expect(listings * 300).toBeLessThanOrEqual(30_000 / 10 + 300);
    expect(listings).toBeGreaterThan(5);
  });
});

interface CutOptions {
  readonly maxBucketBytes?: number;
  readonly records?: RecordLog;
  readonly log?: Log;
}

/** A publisher whose process dies after so many writes. */
function cutAfter(
  writes: number,
  bucket: Bucket,
  state: Bucket,
  { maxBucketBytes, records = noRecordLog, log = memoryLog() }: CutOptions = {},
) {
  let left = writes;
  const mortal = (whole: Bucket): Bucket => ({
    ...whole,
    put: async (...args) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return whole.put(...args);
    },
    delete: async (...args) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return whole.delete(...args);
    },
  });
  return createPublisher({
    metrics: noMetrics,
    bucket: mortal(bucket),
    state: mortal(state),
    copyQueue: memoryQueue(),
    log,
    records,
    now: () => new Date('2026-11-23T00:00:00Z'),
    holder: 'cut',
    maxBucketBytes,
    cacheInfo: 'StoreDir: /nix/store\n',
    parts: NOTHING_PROBED,
  });
}

describe('what the bucket holds', () => {
  const usageIn = async (state: Bucket) => {
    const text = await getText(state, USAGE_KEY);
    return text === undefined ? undefined : parseBucketUsage(text);
  };

  const bytesIn = async (bucket: Bucket) => {
    const listed = await Array.fromAsync(bucket.list('', { sizes: true }));
    return listed.reduce((sum, { size = 0 }) => sum + size, 0);
  };

  it('is not looked at without a limit', async () => {
    const { bucket, state, journal, publisher } = setUp();
    await stage(bucket, state, base);
    await publisher().tick(live);
    expect(journal.entries).not.toContain('bucket list ');
    expect(await usageIn(state)).toBeUndefined();
  });

  it('is counted once and then followed, so that an idle tick costs no more than without a limit', async () => {
    const { state, bucket, journal, clock, publisher } = setUp();
    const one = publisher('one', 1e9);
    await bucket.put(base.narKey, base.narFile);
    await stage(bucket, state, base);
    await one.tick(live);
    await bucket.put(lone.narKey, lone.narFile);
    await stage(bucket, state, lone);
    clock.now += 5_000;
    await one.tick(live);
    const { bytes = 0 } = (await usageIn(state)) ?? {};
    expect((await bytesIn(bucket)) - bytes).toBe(lone.narInfo.length); // what goes with a NAR is seen by the next count
    expect(journal.entries.filter((entry) => entry === 'bucket list ')).toHaveLength(1);

    clock.now += 5_000;
    journal.entries.length = 0;
    await expect(one.tick(live)).resolves.toMatchObject({ idle: true });
    expect(journal.entries.filter((entry) => !entry.startsWith('state list'))).toEqual([]);
  });

  it('is known again after a cut at any write', async () => {
    for (let writes = 1; writes < 8; writes += 1) {
      const { state, bucket, clock, publisher } = setUp();
      await bucket.put(base.narKey, base.narFile);
      await stage(bucket, state, base);
      await cutAfter(writes, bucket, state, { maxBucketBytes: 1e9 })
        .tick(live)
        .catch(() => undefined);
      clock.now += 5_000;
      await publisher('cut', 1e9).tick(live);
      const { bytes = 0 } = (await usageIn(state)) ?? {};
      expect(bytes).toBeGreaterThanOrEqual(base.narFile.length);
      expect(bytes).toBeLessThanOrEqual((await bytesIn(bucket)) + base.narFile.length);
    }
  });
});

/** Invariant 1, as a client would find it: every name's references are names. */
async function expectClosed(bucket: Bucket): Promise<void> {
  const visible = new Set(await names(bucket));
  for (const object of [app, lib]) {
    if (!visible.has(`${object.hash}.narinfo`)) continue;
    for (const { hash } of [object === app ? lib : base]) expect(visible).toContain(`${hash}.narinfo`);
  }
}

describe('the records of publish', () => {
  const published = {
    kind: 'channel_update',
    channel,
    outcome: 'published',
    release: r1,
    revision: 'f'.repeat(40),
    paths: 2,
    unavailable: 1,
  };

  async function settledRelease() {
    const world = setUp();
    await stage(world.bucket, world.state, lone);
    await seeReleases(world.state, new Map([[r1, [lone.path, app.path]]]));
    await markUnavailable(world.state, app.path, 'missing');
    return world;
  }

  it('tell that a channel moved, and how long after it was seen, once', async () => {
    const { clock, told, publisher } = await settledRelease();
    clock.now += MINUTE;
    const one = publisher();
    await one.tick(live);
    await one.tick(live);
    clock.now += 2 * MINUTE; // its lease is over
    await publisher('two').tick(live);
    expect(told()).toEqual([{ ...published, duration_us: 60_000_000 }]);
  });

  it('do not call a channel published again when a path of its release has come after all', async () => {
    const { state, bucket, told, publisher } = await settledRelease();
    const one = publisher();
    await one.tick(live);
    await stage(bucket, state, app, lib, base);
    await one.tick(live);
    await one.tick(live);
    expect((await pointerOf(bucket))?.unavailable).toEqual({});
    expect(told()).toHaveLength(1);
  });

  it('tell it once at most, at whatever write a tick was cut, and never of a pointer that was not written', async () => {
    const atTheCut = new Set<number>();
    for (let writes = 1; writes < 14; writes += 1) {
      const { state, bucket, clock, records, told, publisher } = await settledRelease();
      await cutAfter(writes, bucket, state, { records })
        .tick(live)
        .catch(() => undefined);
      const moved = () => told().filter(({ kind }) => kind === 'channel_update');
      expect(moved()).toHaveLength((await pointerOf(bucket)) ? 1 : 0);
      atTheCut.add(moved().length);
      clock.now += 2 * MINUTE;
      await publisher('heir').tick(live);
      expect(moved()).toMatchObject([published]);
    }
    expect(atTheCut).toEqual(new Set([0, 1]));
  });

  it('name no revision that is none', async () => {
    const { bucket, state, told, publisher } = setUp();
    await stage(bucket, state, lone);
    await seeReleases(state, new Map([[r1, [lone.path]]]), 'by hand');
    await publisher().tick(live);
    expect(told()).toMatchObject([{ outcome: 'published', release: r1 }]);
    expect(told()[0]).not.toHaveProperty('revision');
  });

  it('tell of each part what it was, and nothing of one that is not there', async () => {
    const refused = () => Promise.reject(Object.assign(new Error('key AKIA at 10.0.0.7'), { code: 'ECONNREFUSED' }));
    const { told, publisher } = setUp({ bucket: async () => undefined, upstream: refused });
    const one = publisher();
    await one.tick(live);
    await one.tick(live); // in the same minute
    expect(new Set(told())).toEqual(
      new Set([
        { kind: 'probe', target: 'bucket', ok: true, latency_us: expect.any(Number) },
        { kind: 'probe', target: 'upstream', ok: false, detail: '521 (connection refused)' },
      ]),
    );
  });

  it('tell that ticks fail, and why, but not every second', async () => {
    const { state, bucket, clock, records, told } = setUp();
    const down = () => Promise.reject(new BucketFailed('no answer from https://u:SECRET@host'));
    const one = createPublisher({
      metrics: noMetrics,
      bucket: { ...bucket, get: down },
      state,
      copyQueue: memoryQueue(),
      log: memoryLog(),
      records,
      now: () => new Date(clock.now),
      holder: 'one',
      cacheInfo: '',
      parts: NOTHING_PROBED,
    });
    for (let second = 0; second < 30; second += 1) {
      await expect(one.tick(live)).rejects.toThrow();
      clock.now += 1_000;
    }
    const failure = {
      kind: 'failure',
      stage: 'publish',
      code: 'BUCKET_FAILED',
      message: 'no answer from https://host',
    };
    expect(told()).toEqual([failure, failure, failure]);
  });
});
