import { brotliCompressSync } from 'node:zlib';
import { channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen, parseChannelSeen } from '../../events/channel-seen.ts';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { fanOutKey, formatFanOut, readFanOut } from '../../events/fan-out.ts';
import { memoryRecordLog } from '../../events/log-record.ts';
import { POLLED_KEY, parsePolled } from '../../events/polled.ts';
import { formatReleaseManifest, manifestKey, releaseKey } from '../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { type Metrics, memoryMetrics, noMetrics } from '../../shared/metrics.ts';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../shared/nix/release.ts';
import { formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import { type MemoryRelease, memoryChannels } from '../../shared/upstream/memory.ts';
import { detectAll } from './detect.ts';
import { detectChannel } from './detect-channel.ts';

const live = AbortSignal.timeout(60_000);
const unstable = parseChannelName('nixos-unstable');
const small = parseChannelName('nixos-unstable-small');
const r1 = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const r2 = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbb');
const r1small = parseReleasePrefix('nixos/unstable-small/nixos-26.11pre1.aaa');
const [a, b, c] = [pathNamed('a'), pathNamed('b'), pathNamed('c')];
const REVISION = 'f'.repeat(40);

async function releaseOf(...paths: StorePath[]): Promise<MemoryRelease> {
  const list = paths.map((path) => `${formatStorePath(path)}\n`).join('');
  const files = new Map<string, Uint8Array>([
    ['store-paths.xz', await xz(list)],
    ['git-revision', Buffer.from(REVISION)],
    ['packages.json.br', brotliCompressSync('{}')],
    ['nixos-minimal.iso', Buffer.from('an image')],
  ]);
  return { revision: REVISION, releasedAt: new Date('2026-11-22T00:00:00Z'), files };
}

async function setUp(releases: readonly (readonly [ReleasePrefix, readonly StorePath[]])[]) {
  const journal = createJournal();
  const bucket = memoryBucket();
  const state = memoryBucket();
  const copyQueue = memoryQueue();
  const points = new Map<ChannelName, ReleasePrefix>();
  const held = new Map<ReleasePrefix, MemoryRelease>();
  for (const [release, paths] of releases) held.set(release, await releaseOf(...paths));
  const requests = { count: 0 };
  const deps = {
    channels: counting(memoryChannels(points, held), requests),
    bucket: journal.watch('bucket', bucket),
    state: journal.watch('state', state),
    copyQueue,
    now: () => new Date('2026-11-23T00:00:00Z'),
    log: memoryLog(),
    records: memoryRecordLog(),
    metrics: noMetrics as Metrics,
    mirrorImages: false,
    room: async () => undefined,
  };
  const asked = () => copyQueue.sent.map((body) => parseCopyRequested(body).hash).sort();
  const requestsSince = () => {
    const { count } = requests;
    requests.count = 0;
    return count;
  };
  return { deps, bucket, state, copyQueue, journal, points, held, asked, requestsSince };
}

/** Upstream, with its requests counted. */
const counting = (upstream: Channels, requests: { count: number }): Channels => ({
  resolve(...args) {
    requests.count += 1;
    return upstream.resolve(...args);
  },
  releasePage(...args) {
    requests.count += 1;
    return upstream.releasePage(...args);
  },
  lastModified(...args) {
    requests.count += 1;
    return upstream.lastModified(...args);
  },
  file(...args) {
    requests.count += 1;
    return upstream.file(...args);
  },
});

const hashes = (...paths: StorePath[]) => paths.map(({ hash }) => hash).sort();

describe('detectChannel', () => {
  it('asks for every store path of a new release, and notes it only when all are asked for', async () => {
    const { deps, state, points, journal, asked } = await setUp([[r1, [a, b, c]]]);
    points.set(unstable, r1);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({
      outcome: 'detected',
      release: r1,
      revision: REVISION,
      listed: 3,
      asked: 3,
    });
    expect(asked()).toEqual(hashes(a, b, c));
    const seen = parseChannelSeen((await getText(state, channelSeenKey(unstable))) ?? '');
    expect(seen.releases).toEqual([{ release: r1, seenAt: '2026-11-23T00:00:00.000Z', fannedOut: true }]);
    const writes = journal.writes().filter((entry) => entry.startsWith('state'));
    expect(writes).toEqual([
      `state put ${fanOutKey(r1)}`,
      `state put ${channelSeenKey(unstable)}`,
      `state put ${channelSeenKey(unstable)}`,
    ]);
  });

  it('keeps the small files of the release, and no image', async () => {
    const { deps, bucket, points } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    const files = ['git-revision', 'packages.json.br', 'release.json', 'store-paths.xz'];
    expect(await keysOf(bucket)).toEqual(files.map((file) => releaseKey(r1, file)));
    expect((await bucket.head(releaseKey(r1, 'packages.json.br')))?.metadata).toMatchObject({
      'content-encoding': 'br',
    });
  });

  it('writes down what upstream says of the release, with the figure that flakes lock', async () => {
    const { deps, bucket, points, held, requestsSince } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    held.set(r1, { ...(await releaseOf(a)), lastModified: 1_780_000_000 });
    await detectChannel(unstable, deps, live);
    expect(requestsSince()).toBe(6); // where it stands, the page, three files, the lock
    const record = parseReleaseRecord((await getText(bucket, releaseRecordKey(r1))) ?? '');
    expect(record).toMatchObject({ release: r1, revision: REVISION, releasedAt: '2026-11-22T00:00:00.000Z' });
    expect(record.lastModified).toBe(1_780_000_000);
    expect(record.files.map(({ name }) => name)).toEqual(['store-paths.xz', 'git-revision', 'packages.json.br']);
  });

  it.each([
    ['of the commit', { committedAt: new Date('2026-11-20T00:00:00Z') }, '2026-11-20'],
    ['of the release', {}, '2026-11-22'],
  ])('takes the date %s when upstream has no lock for it', async (_which, dates, day) => {
    const { deps, bucket, points, held } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    held.set(r1, { ...(await releaseOf(a)), ...dates });
    const lastModified = () => Promise.reject(new UpstreamFailed('answered 500'));
    await detectChannel(unstable, { ...deps, channels: { ...deps.channels, lastModified } }, live);
    const record = parseReleaseRecord((await getText(bucket, releaseRecordKey(r1))) ?? '');
    expect(record.lastModified).toBe(Date.parse(day) / 1_000);
  });

  it('never changes the lock of a release, by whatever channel it is seen again', async () => {
    const { deps, bucket, state, points, held } = await setUp([[r1, [a]]]);
    points.set(unstable, r1).set(small, r1);
    held.set(r1, { ...(await releaseOf(a)), lastModified: 1 });
    await detectChannel(unstable, deps, live);
    const before = await getText(bucket, releaseRecordKey(r1));
    held.set(r1, { ...(await releaseOf(a)), lastModified: 2 });
    await state.put(fanOutKey(r1), 'damaged'); // so that all is done anew
    await detectChannel(small, deps, live);
    expect(await getText(bucket, releaseRecordKey(r1))).toBe(before);
  });

  it('costs one request and no listing when nothing moved', async () => {
    const { deps, points, journal, requestsSince, copyQueue } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    journal.entries.length = 0;
    requestsSince();
    await expect(detectChannel(unstable, deps, live)).resolves.toEqual({
      channel: unstable,
      outcome: 'unchanged',
      release: r1,
    });
    expect(requestsSince()).toBe(1);
    expect(journal.entries).toEqual([`state get ${channelSeenKey(unstable)}`]);
    expect(copyQueue.sent).toHaveLength(1);
  });

  it('does not ask for what another release has asked for, but waits for it', async () => {
    const { deps, state, points, asked } = await setUp([
      [r1, [a, b]],
      [r2, [b, c]],
    ]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    points.set(unstable, r2);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ listed: 2, asked: 1 });
    expect(asked()).toEqual(hashes(a, b, c));
    const fanOut = await state.get(fanOutKey(r2));
    if (!fanOut) throw new Error('no list');
    const { paths } = await readFanOut(fanOut.body);
    expect(new Map(paths.map(({ path, underWay }) => [path.name, underWay]))).toEqual(
      new Map([
        ['b', true],
        ['c', false],
      ]),
    );
  });

  it('does not ask for what a published release guarantees, except what that one lacks', async () => {
    const { deps, bucket, points, asked, copyQueue, state } = await setUp([
      [r1, [a, b]],
      [r2, [a, b, c]],
    ]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    const unavailable = [{ path: b, reason: 'missing' as const }];
    await bucket.put(
      manifestKey(r1),
      formatReleaseManifest({
        release: r1,
        revision: REVISION,
        settledAt: '2026-11-23T00:00:00Z',
        listed: 2,
        unavailable,
      }),
    );
    await bucket.put(
      channelPointerKey(unstable),
      formatChannelPointer({
        channel: unstable,
        release: r1,
        revision: REVISION,
        movedAt: '2026-11-23T00:00:00Z',
        listed: 2,
        unavailable: {},
      }),
    );
    (copyQueue.sent as string[]).length = 0;
    points.set(unstable, r2);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ listed: 3, asked: 2 });
    expect(asked()).toEqual(hashes(b, c));
    expect(await getText(state, channelSeenKey(unstable))).toContain(r2);
  });

  it('takes a release that an operator asked for to be the newest once the channel names it', async () => {
    const { deps, state, points } = await setUp([
      [r1, [a]],
      [r2, [a, b]],
    ]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    const record = async () => parseChannelSeen((await getText(state, channelSeenKey(unstable))) ?? '');
    const { channel, releases } = await record();
    const asked = { release: r2, seenAt: '2026-11-22T00:00:00Z', fannedOut: true, backfilled: true };
    await state.put(channelSeenKey(unstable), formatChannelSeen({ channel, releases: [asked, ...releases] }));
    points.set(unstable, r2);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'detected' });
    expect((await record()).releases).toEqual([
      expect.objectContaining({ release: r1 }),
      { release: r2, seenAt: '2026-11-23T00:00:00.000Z', fannedOut: true },
    ]);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  it('takes nothing for guaranteed that only a retired release lists', async () => {
    const { deps, bucket, points, asked } = await setUp([
      [r1, [a]],
      [r2, [a, b]],
    ]);
    points.set(unstable, r1);
    await detectChannel(unstable, deps, live);
    const dates = { settledAt: '2026-11-01T00:00:00Z', retiredAt: '2026-11-20T00:00:00Z' };
    await bucket.put(
      manifestKey(r1),
      formatReleaseManifest({ release: r1, revision: REVISION, ...dates, listed: 1, unavailable: [] }),
    );
    const pointer = { channel: small, release: r1, revision: REVISION, movedAt: dates.settledAt, listed: 1 };
    await bucket.put(channelPointerKey(small), formatChannelPointer({ ...pointer, unavailable: {} }));
    await deps.state.delete(fanOutKey(r1));
    points.set(unstable, r2);
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ asked: 2 });
    expect(asked()).toEqual(hashes(a, a, b));
  });

  it('keeps releases apart that differ only in their prefix', async () => {
    const { deps, state, points } = await setUp([
      [r1, [a]],
      [r1small, [b]],
    ]);
    points.set(unstable, r1).set(small, r1small);
    await detectChannel(unstable, deps, live);
    await detectChannel(small, deps, live);
    for (const [release, path] of [
      [r1, a],
      [r1small, b],
    ] as const) {
      const fanOut = await state.get(fanOutKey(release));
      if (!fanOut) throw new Error('no list');
      expect((await readFanOut(fanOut.body)).paths).toEqual([{ path, underWay: false }]);
    }
  });

  it('sends the list again when it was cut while sending', async () => {
    const { deps, points, asked, requestsSince } = await setUp([[r1, [a, b, c]]]);
    points.set(unstable, r1);
    const cut = { ...deps, copyQueue: memoryQueue({ refuses: (body) => body.includes(b.hash) }) };
    await expect(detectChannel(unstable, cut, live)).rejects.toMatchObject({ code: 'QUEUE_FAILED' });
    requestsSince();
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'detected', asked: 3 });
    expect(asked()).toEqual(hashes(a, b, c));
    expect(requestsSince()).toBe(1); // its files and its list are here
  });

  it('makes a list anew that is old and was never noted: what it counts on may be gone', async () => {
    const { deps, state, points, asked } = await setUp([[r1, [a, b, c]]]);
    points.set(unstable, r1);
    const head = { release: r1, revision: REVISION, listed: 3, tracked: 1 };
    await state.put(fanOutKey(r1), formatFanOut(head, [{ path: a, underWay: false }]));
    const later = { ...deps, now: () => new Date(Date.now() + 25 * 3_600_000) };
    await detectChannel(unstable, later, live);
    expect(asked()).toEqual(hashes(a, b, c));
  });

  it('goes on where it was cut, at whatever write that was', async () => {
    for (let writes = 0; writes < 6; writes += 1) {
      const { deps, points, asked } = await setUp([[r1, [a, b]]]);
      points.set(unstable, r1);
      let left = writes;
      const mortal = (whole: typeof deps.state): typeof deps.state => ({
        ...whole,
        put: async (...args) => {
          left -= 1;
          if (left < 0) throw new Error('killed');
          return whole.put(...args);
        },
      });
      await detectChannel(unstable, { ...deps, bucket: mortal(deps.bucket), state: mortal(deps.state) }, live).catch(
        () => undefined,
      );
      await detectChannel(unstable, deps, live);
      expect(new Set(asked())).toEqual(new Set(hashes(a, b)));
      await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'unchanged' });
    }
  });

  it.each([
    ['its record', channelSeenKey(unstable)],
    ['its list', fanOutKey(r1)],
    ["another channel's record", channelSeenKey(small)],
  ])('begins anew when %s was damaged', async (_what, key) => {
    const { deps, state, points, asked } = await setUp([[r1, [a, b]]]);
    points.set(unstable, r1);
    await state.put(key, '{"garbage');
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'detected', asked: 2 });
    expect(asked()).toEqual(hashes(a, b));
    await expect(detectChannel(unstable, deps, live)).resolves.toMatchObject({ outcome: 'unchanged' });
  });

  it('stores no file whose SHA-256 is not the one on the page', async () => {
    const { deps, bucket, points } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    const page = async (...args: Parameters<typeof deps.channels.releasePage>) => {
      const right = await deps.channels.releasePage(...args);
      return { ...right, files: right.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) };
    };
    const lying = { ...deps, channels: { ...deps.channels, releasePage: page } };
    await expect(detectChannel(unstable, lying, live)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    expect(await keysOf(bucket)).toEqual([]);
  });

  it('names the line that is not a store path, and asks for nothing', async () => {
    const { deps, points, held, copyQueue } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    const release = await releaseOf(a);
    const files = new Map([
      ...release.files,
      ['store-paths.xz', await xz(`${formatStorePath(a)}\n/nix/store/../etc\n`)],
    ]);
    held.set(r1, { ...release, files });
    await expect(detectChannel(unstable, deps, live)).rejects.toMatchObject({ code: 'MALFORMED', facts: { line: 2 } });
    expect(copyQueue.sent).toEqual([]);
  });
});

describe('detectAll', () => {
  it("never lets one channel's trouble stop another's", async () => {
    const { deps, points } = await setUp([[r1small, [a]]]);
    points.set(unstable, r1).set(small, r1small); // r1 does not exist
    await expect(detectAll([unstable, small], deps, live)).rejects.toMatchObject({
      code: 'CHANNELS_FAILED',
      message: 'could not look at nixos-unstable',
      facts: {
        channels: [
          { channel: unstable, outcome: 'failed', code: new UpstreamFailed('').code },
          { channel: small, outcome: 'detected' },
        ],
      },
    });
    expect(deps.log.lines.map(({ event }) => event)).toEqual(['channel.failed', 'release.detected', 'detect.done']);
    const counts = { channels: 2, unchanged: 0, detected: 1, failed: 1, asked: 1 };
    expect(deps.log.lines.at(-1)).toMatchObject({ level: 'info', outcome: 'failed', ...counts, duration_ms: 0 });
  });

  it('notes once a run when it looked and what it found, and costs no more than that', async () => {
    const { deps, state, points, journal, requestsSince } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    await detectAll([unstable], deps, live);
    points.set(small, r1small); // does not exist
    journal.entries.length = 0;
    requestsSince();
    await expect(detectAll([unstable], deps, live)).resolves.toMatchObject({ channels: [{ outcome: 'unchanged' }] });
    expect(journal.entries).toEqual([`state get ${channelSeenKey(unstable)}`, `state put ${POLLED_KEY}`]);
    expect(requestsSince()).toBe(1);
    await expect(detectAll([unstable, small], deps, live)).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    expect(parsePolled((await getText(state, POLLED_KEY)) ?? '')).toEqual({
      at: '2026-11-23T00:00:00.000Z',
      channels: [
        { channel: unstable, outcome: 'unchanged', release: r1 },
        { channel: small, outcome: 'failed' },
      ],
    });
  });

  it('does not fail because it could not note when it looked', async () => {
    const { deps, points } = await setUp([[r1, [a]]]);
    points.set(unstable, r1);
    await detectAll([unstable], deps, live);
    const state = { ...deps.state, put: () => Promise.reject(new UpstreamFailed('no')) };
    await expect(detectAll([unstable], { ...deps, state }, live)).resolves.toMatchObject({
      channels: [{ outcome: 'unchanged' }],
    });
    expect(deps.log.lines.at(-2)).toMatchObject({ level: 'warn', event: 'poll.not-noted' });
    expect(deps.log.lines.at(-1)).toMatchObject({ event: 'detect.done', outcome: 'unchanged' });
  });

  it('meters what failed, what it asked for, and how long each channel has been behind', async () => {
    const { deps, bucket, points } = await setUp([
      [r1, [a]],
      [r1small, [a]],
    ]);
    points.set(unstable, r1).set(small, r1small);
    const metrics = memoryMetrics('detect');
    await detectAll([unstable, small], { ...deps, metrics }, live);
    const pointer = { channel: unstable, release: r1, revision: '', listed: 1, unavailable: {} };
    const movedAt = '2026-11-23T00:30:00.000Z';
    await bucket.put(channelPointerKey(unstable), formatChannelPointer({ ...pointer, movedAt }));
    const later = () => new Date('2026-11-23T01:00:00Z');
    const resolve: Channels['resolve'] = (channel, ...more) =>
      channel === small ? Promise.reject(new UpstreamFailed('503')) : deps.channels.resolve(channel, ...more);
    const failing = { ...deps, metrics, now: later, channels: { ...deps.channels, resolve } };
    await expect(detectAll([unstable, small], failing, live)).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    expect(metrics.said.slice(4)).toMatchObject([
      { ChannelsFailed: 1, StorePathsAsked: 0 },
      { Channel: unstable, ChannelLagSeconds: 0 },
      { Channel: small, ChannelLagSeconds: 3_600 },
      { LongestLagSeconds: 3_600 },
    ]);
    expect(metrics.said[5]?._aws.CloudWatchMetrics[0]?.Metrics).toEqual([
      { Name: 'ChannelLagSeconds', Unit: 'Seconds' },
    ]);
    const state = { ...deps.state, put: deps.state.put, get: () => Promise.reject(new UpstreamFailed('no')) };
    await expect(detectAll([unstable], { ...failing, state }, live)).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    expect(deps.log.lines).toContainEqual(expect.objectContaining({ event: 'lag.not-measured', channel: unstable }));
  });
});

describe('the records of detect', () => {
  const update = { kind: 'channel_update', channel: unstable };
  const found = { release: r1, revision: REVISION, released_at: '2026-11-22T00:00:00.000Z', paths: 3, new_paths: 3 };

  /** With a clock that moves by two seconds whenever upstream is asked where a channel stands. */
  async function telling(paths: readonly StorePath[] = [a, b, c]) {
    const { deps, points, held } = await setUp([[r1, paths]]);
    points.set(unstable, r1);
    let ms = Date.parse('2026-11-23T00:00:00Z');
    const resolve: Channels['resolve'] = (...args) => {
      ms += 2_000;
      return deps.channels.resolve(...args);
    };
    const slow = { ...deps, now: () => new Date(ms), channels: { ...deps.channels, resolve } };
    const told = () => deps.records.records.map(({ v: _v, id: _id, ts: _ts, ...rest }) => rest);
    return {
      deps: slow,
      held,
      told,
      poll: (more: Partial<typeof slow> = {}) => detectAll([unstable], { ...slow, ...more }, live),
    };
  }

  it('tell what a channel moved to, and that it has not moved since', async () => {
    const { poll, told } = await telling();
    await poll();
    await poll();
    expect(told()).toEqual([
      { ...update, outcome: 'detected', ...found, duration_us: 2_000_000 },
      { ...update, outcome: 'unchanged', release: r1, duration_us: 2_000_000 },
    ]);
  });

  it('tell of a run that was cut while sending that it failed, and of the next all that the first had found', async () => {
    const { poll, told } = await telling();
    const cut = { copyQueue: memoryQueue({ refuses: (body) => body.includes(b.hash) }) };
    await expect(poll(cut)).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    await poll();
    expect(told()).toMatchObject([
      { ...update, outcome: 'failed', error: 'QUEUE_FAILED', duration_us: 2_000_000 },
      { kind: 'failure', stage: 'detect', channel: unstable, code: 'QUEUE_FAILED' },
      { ...update, outcome: 'detected', ...found },
    ]);
  });

  it('tell what was wrong with a list that nobody can read', async () => {
    const { poll, told, held } = await telling();
    const files = new Map([...(await releaseOf(a)).files, ['store-paths.xz', await xz('/nix/store/../etc\n')]]);
    held.set(r1, { ...(await releaseOf(a)), files });
    await expect(poll()).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    expect(told()).toMatchObject([
      { ...update, outcome: 'failed', error: 'MALFORMED' },
      { kind: 'failure', stage: 'detect', channel: unstable, code: 'MALFORMED' },
    ]);
  });

  it('tell of every channel once a run, and hold no credential of what is in the way', async () => {
    const { deps, told } = await telling();
    const releasePage = () => Promise.reject(new UpstreamFailed('https://u:SECRET@releases.example/a?sig=SECRET: 503'));
    const broken = { ...deps, channels: { ...deps.channels, releasePage } };
    await expect(detectAll([unstable, small], broken, live)).rejects.toMatchObject({ code: 'CHANNELS_FAILED' });
    expect(told()).toMatchObject([
      { kind: 'channel_update', channel: unstable, outcome: 'failed' },
      { kind: 'failure', channel: unstable, message: 'https://releases.example/a 503' },
      { kind: 'channel_update', channel: small, outcome: 'failed' },
      { kind: 'failure', channel: small },
    ]);
    expect(JSON.stringify(told())).not.toContain('SECRET');
  });
});
