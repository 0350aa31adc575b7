import { channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, parseChannelSeen } from '../../events/channel-seen.ts';
import { fanOutKey, readFanOut } from '../../events/fan-out.ts';
import { formatReleaseManifest, manifestKey } from '../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { detectChannel } from '../../functions/detect/detect-channel.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { silentLog } from '../../shared/log.ts';
import { parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { createJournal } from '../../shared/testing/journal.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import { type MemoryRelease, memoryChannels } from '../../shared/upstream/memory.ts';
import { showRelease } from './show-release.ts';

const unstable = parseChannelName('nixos-unstable');
const [old, current, next] = [1, 2, 3].map((n) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.abc`)) as [
  ReleasePrefix,
  ReleasePrefix,
  ReleasePrefix,
];
const REVISION = 'f'.repeat(40);
const live = AbortSignal.timeout(30_000);

async function releaseOf(...paths: StorePath[]): Promise<MemoryRelease> {
  const list = await xz(paths.map((path) => `${formatStorePath(path)}\n`).join(''));
  const files = new Map<string, Uint8Array>([
    ['store-paths.xz', list],
    ['git-revision', Buffer.from(REVISION)],
  ]);
  return { revision: REVISION, releasedAt: new Date('2026-11-22T00:00:00Z'), files };
}

/** A mirror that follows nixos-unstable, which stands at `current`, here and upstream. */
async function world() {
  const [a, b] = [pathNamed('a'), pathNamed('b')];
  const releases = new Map([
    [old, await releaseOf(a, b)],
    [current, await releaseOf(a)],
    [next, await releaseOf(b)],
  ]);
  const points = new Map([[unstable, current]]);
  const journal = createJournal();
  const [bucket, state] = [journal.watch('bucket', memoryBucket()), journal.watch('state', memoryBucket())];
  const now = () => new Date('2026-11-25T00:00:00Z');
  const deps = { channels: memoryChannels(points, releases), bucket, state, log: silentLog, now };
  await detectChannel(unstable, { ...deps, copyQueue: memoryQueue() }, live);
  const manifest = { revision: REVISION, settledAt: now().toISOString(), listed: 1, unavailable: [] };
  await bucket.put(manifestKey(current), formatReleaseManifest({ ...manifest, release: current }));
  const pointer = { channel: unstable, release: current, revision: REVISION, movedAt: now().toISOString(), listed: 1 };
  await bucket.put(channelPointerKey(unstable), formatChannelPointer({ ...pointer, unavailable: {} }));
  const seen = async () => parseChannelSeen((await getText(state, channelSeenKey(unstable))) ?? '').releases;
  return { deps, points, seen, paths: [a, b] as const };
}

describe('showRelease', () => {
  it('writes down what an older release needs, where it moves nothing and publish follows it', async () => {
    const { deps, seen, paths } = await world();
    const showing = await showRelease({ release: old }, deps, live);
    const asked = { release: old, seenAt: deps.now().toISOString(), fannedOut: false, backfilled: true };
    expect(await seen()).toEqual([asked, expect.objectContaining({ release: current })]);
    const fanOut = await deps.state.get(fanOutKey(old));
    expect(fanOut && (await readFanOut(fanOut.body)).head).toMatchObject({ listed: 2, tracked: 1 }); // `current` has the other
    expect(parseReleaseRecord((await getText(deps.bucket, releaseRecordKey(old))) ?? '')).toMatchObject({
      revision: REVISION,
    });
    expect(await deps.bucket.head(`releases/${old}/store-paths.xz`)).toBeDefined();
    expect(paths).toHaveLength(2);
    if (showing.kind !== 'to-show') throw new Error(showing.kind);
    await showing.finish(live);
    expect((await seen())[0]).toEqual({ ...asked, fannedOut: true });
  });

  it('notes the release that upstream has moved to as detect would, so that detect asks nobody again', async () => {
    const { deps, seen, points } = await world();
    points.set(unstable, next);
    const showing = await showRelease({ release: next, channel: unstable }, deps, live);
    if (showing.kind !== 'to-show') throw new Error(showing.kind);
    await showing.finish(live);
    expect(await seen()).toEqual([
      expect.objectContaining({ release: current }),
      { release: next, seenAt: deps.now().toISOString(), fannedOut: true },
    ]);
    const copyQueue = memoryQueue();
    expect(await detectChannel(unstable, { ...deps, copyQueue }, live)).toMatchObject({ outcome: 'unchanged' });
    expect(copyQueue.sent).toEqual([]);
  });

  it('does nothing for a release that is shown already, and twice is once', async () => {
    const { deps, seen } = await world();
    expect((await showRelease({ release: current }, deps, live)).kind).toBe('shown');
    await showRelease({ release: old }, deps, live);
    const once = await seen();
    await showRelease({ release: old }, deps, live);
    expect(await seen()).toEqual(once);
  });

  it('writes nothing for a channel that this mirror does not follow', async () => {
    const { deps } = await world();
    const elsewhere = parseReleasePrefix('nixos/26.05/nixos-26.05.1.abc');
    expect((await showRelease({ release: elsewhere }, deps, live)).kind).toBe('no-channel');
    expect(await deps.bucket.head(`releases/${elsewhere}/store-paths.xz`)).toBeUndefined();
  });

  it('loses nothing that detect notes at the same time', async () => {
    const { deps, seen, points } = await world();
    points.set(unstable, current);
    const put = deps.state.put.bind(deps.state);
    let meddled = false;
    const contested: typeof put = async (key, ...rest) => {
      if (key === channelSeenKey(unstable) && !meddled) {
        meddled = true;
        points.set(unstable, next);
        await detectChannel(unstable, { ...deps, copyQueue: memoryQueue() }, live);
      }
      return put(key, ...rest);
    };
    await showRelease({ release: old }, { ...deps, state: { ...deps.state, put: contested } }, live);
    expect((await seen()).map(({ release }) => release)).toEqual([old, current, next]);
  });
});
