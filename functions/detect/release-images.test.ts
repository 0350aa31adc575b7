import { channelSeenKey, parseChannelSeen } from '../../events/channel-seen.ts';
import { noRecordLog } from '../../events/log-record.ts';
import { releaseKey } from '../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { noMetrics } from '../../shared/metrics.ts';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../shared/nix/release.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { keysOf } from '../../shared/testing/journal.ts';
import { xz } from '../../shared/testing/xz.ts';
import { type MemoryRelease, memoryChannels } from '../../shared/upstream/memory.ts';
import { detectAll } from './detect.ts';

const live = AbortSignal.timeout(60_000);
const unstable = parseChannelName('nixos-unstable');
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const [LARGE, SMALL] = [
  'nixos-graphical-26.11pre1.aaa-x86_64-linux.iso',
  'nixos-minimal-26.11pre1.aaa-x86_64-linux.iso',
];

async function setUp() {
  const files = new Map<string, Uint8Array>([
    [LARGE, Buffer.alloc(5_000, 'l')],
    [SMALL, Buffer.alloc(3_000, 's')],
    ['manual.html', Buffer.from('no image')],
    ['store-paths.xz', await xz('')],
  ]);
  const held: MemoryRelease = { revision: 'f'.repeat(40), releasedAt: new Date(0), files };
  const points = new Map<ChannelName, ReleasePrefix>([[unstable, release]]);
  const upstream = memoryChannels(points, new Map([[release, held]]));
  const bucket = memoryBucket();
  const state = memoryBucket();
  const order: string[] = [];
  const copyQueue = memoryQueue();
  const deps = {
    channels: {
      ...upstream,
      releasePage: async (...args: Parameters<typeof upstream.releasePage>) => {
        order.push('page');
        return upstream.releasePage(...args);
      },
      file: async (...args: Parameters<typeof upstream.file>) => {
        order.push(args[1]);
        return upstream.file(...args);
      },
    },
    bucket,
    state,
    copyQueue: {
      sendAll: async (...args: Parameters<typeof copyQueue.sendAll>) => {
        order.push('asked');
        return copyQueue.sendAll(...args);
      },
    },
    log: memoryLog(),
    records: noRecordLog,
    metrics: noMetrics,
    now: () => new Date(0),
    mirrorImages: true,
    room: async (): Promise<number | undefined> => undefined,
  };
  const poll = (more: Partial<typeof deps> = {}, signal = live) => detectAll([unstable], { ...deps, ...more }, signal);
  const told = async () =>
    parseReleaseRecord((await getText(bucket, releaseRecordKey(release))) ?? '').files.map(({ name }) => name);
  const runsLeft = async () =>
    parseChannelSeen((await getText(state, channelSeenKey(unstable))) ?? '').releases[0]?.imageRuns;
  const here = async () => (await keysOf(bucket)).filter((key) => key.endsWith('.iso'));
  return { deps, poll, order, told, runsLeft, here, held };
}

describe('the images of a release', () => {
  it('stay where they are unless they are wanted', async () => {
    const { poll, here, told } = await setUp();
    await poll({ mirrorImages: false });
    expect(await here()).toEqual([]);
    expect(await told()).toEqual(['store-paths.xz']);
  });

  it('come after everything is asked for, the smallest first, and are told of', async () => {
    const { poll, here, told, order } = await setUp();
    await poll();
    expect(await here()).toEqual([releaseKey(release, LARGE), releaseKey(release, SMALL)]);
    expect(await told()).toEqual(['store-paths.xz', SMALL, LARGE]);
    expect(order).toEqual(['page', 'store-paths.xz', 'asked', 'page', SMALL, LARGE]);
  });

  it('cost nothing more once they are here', async () => {
    const { poll, order } = await setUp();
    await poll();
    order.length = 0;
    await poll();
    expect(order).toEqual([]);
  });

  it('come for a release that was seen before they were wanted', async () => {
    const { poll, told } = await setUp();
    await poll({ mirrorImages: false });
    await poll();
    expect(await told()).toEqual(['store-paths.xz', SMALL, LARGE]);
  });

  it('are tried again at the next poll when one did not come, and the others stay', async () => {
    const { poll, deps, told, order } = await setUp();
    const file: typeof deps.channels.file = (prefix, name, signal) =>
      name === SMALL ? Promise.reject(new UpstreamFailed('reset')) : deps.channels.file(prefix, name, signal);
    await poll({ channels: { ...deps.channels, file } });
    expect(await told()).toEqual(['store-paths.xz', LARGE]);
    order.length = 0;
    await poll();
    expect(await told()).toEqual(['store-paths.xz', LARGE, SMALL]);
    expect(order).toEqual(['page', SMALL]);
  });

  it('are given up after five runs that did not bring them, so that upstream is not asked for gigabytes for ever', async () => {
    const { poll, deps, order, runsLeft } = await setUp();
    const file: typeof deps.channels.file = (prefix, name, signal) => {
      if (name === SMALL) order.push('tried');
      return name === SMALL ? Promise.reject(new UpstreamFailed('reset')) : deps.channels.file(prefix, name, signal);
    };
    for (let polls = 0; polls < 8; polls += 1) await poll({ channels: { ...deps.channels, file } });
    expect(order.filter((entry) => entry === 'tried')).toHaveLength(5);
    expect(await runsLeft()).toBe(0);
  });

  it('are not kept when they are not what the page lists, and the channel is detected all the same', async () => {
    const { poll, deps, here } = await setUp();
    const releasePage: typeof deps.channels.releasePage = async (...args) => {
      const page = await deps.channels.releasePage(...args);
      const lying = page.files.map((file) => (file.name.endsWith('.iso') ? { ...file, sha256: '0'.repeat(64) } : file));
      return { ...page, files: lying };
    };
    const detected = await poll({ channels: { ...deps.channels, releasePage } });
    expect(detected.channels).toMatchObject([{ outcome: 'detected' }]);
    expect(await here()).toEqual([]);
    expect(deps.log.lines.filter(({ event }) => event === 'image.failed')).toHaveLength(2);
  });

  it('end with the time, which counts as a run, and nothing half is kept', async () => {
    const { poll, deps, here, runsLeft } = await setUp();
    const time = new AbortController();
    const file: typeof deps.channels.file = async (prefix, name, signal) => {
      if (name === LARGE) time.abort(new Error('out of time'));
      return deps.channels.file(prefix, name, signal);
    };
    const detected = await poll({ channels: { ...deps.channels, file } }, time.signal);
    expect(detected.channels).toMatchObject([{ outcome: 'detected' }]);
    expect(await here()).toEqual([releaseKey(release, SMALL)]);
    expect(await runsLeft()).toBe(4);
  });

  it('leave the room that is to be left', async () => {
    const { poll, here } = await setUp();
    await poll({ room: async () => 4_000 });
    expect(await here()).toEqual([releaseKey(release, SMALL)]);
  });
});
