/** serve with channels and settled releases in memory, for tests of what it says of them. */
import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { type ChannelPointer, channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../events/channel-seen.ts';
import { formatReleaseManifest, manifestKey, type ReleaseManifest, releaseKey } from '../../events/release-manifest.ts';
import { formatReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import type { Asked } from '../../functions/serve/asked.ts';
import { createChannelPointers } from '../../functions/serve/releases/channel-pointers.ts';
import { releasesSection } from '../../functions/serve/releases/section.ts';
import { respond, type ServeDeps } from '../../functions/serve/respond.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { askedFor, type ReadAnswer, readAnswer, type ServeWorld, serveWorld } from './serve-world.ts';

export const UNSTABLE: ChannelName = parseChannelName('nixos-unstable');
export const RELEASE: ReleasePrefix = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
export const REVISION = 'a'.repeat(40);
/** Seconds since 1970, as upstream's lock of it says. */
export const LOCKED_AT = 1_780_000_000;
export const PACKAGES = '{"packages":{}}';

/** Of `RELEASE`, by name. */
export const FILES: ReadonlyMap<string, Buffer> = new Map([
  ['binary-cache-url', Buffer.from('https://cache.nixos.org')],
  ['git-revision', Buffer.from(REVISION)],
  ['nixexprs.tar.xz', Buffer.alloc(2_000_000, 'expressions ')],
  ['nixexprs.tar.zst', Buffer.from('the same in zstd')],
  ['packages.json.br', brotliCompressSync(PACKAGES)],
  ['src-url', Buffer.from('https://hydra.nixos.org/eval/1')],
  ['store-paths.xz', Buffer.from('a list')],
]);

export const listedFile = (name: string, bytes: Uint8Array) => ({
  name,
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

export interface SettledWorld extends ServeWorld {
  readonly state: Bucket;
  putFiles(release: ReleasePrefix, files?: ReadonlyMap<string, Uint8Array>): Promise<void>;
  putRecord(release: ReleasePrefix, files?: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Makes it settled. */
  putManifest(release: ReleasePrefix, more?: Partial<ReleaseManifest>): Promise<void>;
  point(channel: ChannelName, release: ReleasePrefix, more?: Partial<ChannelPointer>): Promise<void>;
  /** What detect has seen of a channel, oldest first. */
  see(channel: ChannelName, releases: readonly ReleasePrefix[]): Promise<void>;
}

export interface SettledWorldOptions extends Partial<Pick<ServeDeps, 'delivery'>> {
  readonly channels?: readonly ChannelName[];
}

export function emptySettledWorld({ channels = [UNSTABLE], ...more }: SettledWorldOptions = {}): SettledWorld {
  const world = serveWorld(more);
  const { bucket } = world;
  const state = memoryBucket();
  let passed = 1_000;
  const section = releasesSection({
    bucket: world.deps.bucket,
    bodies: world.deps.bodies,
    decoders: world.deps.decoders,
    delivery: world.deps.delivery,
    state,
    pointers: createChannelPointers(world.deps.bucket, () => passed),
    channels,
    siteOf: ({ mirrorUrl }) => ({
      name: 'mirror <&> co',
      mirrorUrl,
      version: '1',
      contact: 'ops@example.org',
      sourceUrl: 'https://example.org/',
      issuesUrl: 'https://example.org/issues',
    }),
    now: () => passed,
    date: () => new Date('2026-11-25T00:00:00Z'),
  });
  const deps = { ...world.deps, sections: [section] };
  return {
    ...world,
    deps,
    state,
    pass(ms) {
      passed += ms;
      world.pass(ms);
    },
    ask: async (path, asked: Partial<Asked> = {}): Promise<ReadAnswer> =>
      readAnswer(await respond(askedFor(path, asked), deps)),
    async putFiles(release, files = FILES) {
      for (const [name, bytes] of files) {
        const encoding = name.endsWith('.json.br') ? { 'content-encoding': 'br' } : {};
        const metadata = { sha256: listedFile(name, bytes).sha256, ...encoding };
        await bucket.put(releaseKey(release, name), bytes, { metadata });
      }
    },
    async putRecord(release, files = FILES) {
      const listed = [...files].map(([name, bytes]) => listedFile(name, bytes));
      const dates = { releasedAt: '2026-11-22T01:02:03.000Z', lastModified: LOCKED_AT };
      await bucket.put(
        releaseRecordKey(release),
        formatReleaseRecord({ release, revision: REVISION, ...dates, files: listed }),
      );
    },
    async putManifest(release, more = {}) {
      const settledAt = '2026-11-23T00:00:00.000Z';
      const manifest = { release, revision: REVISION, settledAt, listed: 3, unavailable: [], ...more };
      await bucket.put(manifestKey(release), formatReleaseManifest(manifest), {
        metadata: { 'settled-at': manifest.settledAt },
      });
    },
    async point(channel, release, more = {}) {
      const movedAt = '2026-11-23T00:00:01.000Z';
      const pointer = { channel, release, revision: REVISION, movedAt, listed: 3, unavailable: {}, ...more };
      await bucket.put(channelPointerKey(channel), formatChannelPointer(pointer));
    },
    async see(channel, releases) {
      const seen = releases.map((release) => ({ release, seenAt: '2026-11-22T00:00:00Z', fannedOut: true }));
      await state.put(channelSeenKey(channel), formatChannelSeen({ channel, releases: seen }));
    },
  };
}

/** One channel, at one settled release. */
export async function settledWorld(options?: SettledWorldOptions): Promise<SettledWorld> {
  const world = emptySettledWorld(options);
  await world.putFiles(RELEASE);
  await world.putRecord(RELEASE);
  await world.putManifest(RELEASE);
  await world.point(UNSTABLE, RELEASE);
  await world.see(UNSTABLE, [RELEASE]);
  return world;
}
