/** A mirror with one of each thing that serve gives out. */
import { brotliCompressSync } from 'node:zlib';
import { channelPointerKey, formatChannelPointer } from '../../events/channel-pointer.ts';
import { formatReleaseManifest, manifestKey, releaseKey } from '../../events/release-manifest.ts';
import { formatReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { parseChannelName, parseReleasePrefix } from '../nix/release.ts';
import { formatBaseName, formatStorePath } from '../nix/store-path.ts';
import type { Held } from './marked-requests.ts';
import { listedFile } from './settled-world.ts';
import { pathNamed, storeObject } from './store-objects.ts';
import { xz } from './xz.ts';

const CHANNEL = parseChannelName('nixos-unstable');
const RELEASE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const REVISION = 'a'.repeat(40);
const AT = '2026-11-22T01:02:03.000Z';

export async function fillWithOneOfEach(bucket: Pick<Bucket, 'put'>): Promise<Held> {
  const hello = storeObject('hello-2.12');
  const drv = formatBaseName(pathNamed('hello-2.12.drv'));
  const encoded = { metadata: { 'content-encoding': 'br' } };
  await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await bucket.put(hello.narKey, hello.narFile, {
    metadata: { 'nar-hash': hello.narHash, 'store-path': formatBaseName(hello.path) },
  });
  await bucket.put(`${hello.hash}.ls`, brotliCompressSync('{"version":1,"root":{"type":"regular"}}'), encoded);
  await bucket.put(`log/${drv}`, brotliCompressSync('building\n'), encoded);
  await bucket.put('debuginfo/abcd', '{"archive":"../nar/x.nar.xz","member":"x.debug"}');

  const list = await xz(Buffer.from(`${formatStorePath(hello.path)}\n`));
  const files = [listedFile('git-revision', Buffer.from(REVISION)), listedFile('store-paths.xz', list)];
  await bucket.put(releaseKey(RELEASE, 'git-revision'), REVISION);
  await bucket.put(releaseKey(RELEASE, 'store-paths.xz'), list);
  const release = { release: RELEASE, revision: REVISION };
  await bucket.put(
    releaseRecordKey(RELEASE),
    formatReleaseRecord({ ...release, releasedAt: AT, lastModified: 1_780_000_000, files }),
  );
  await bucket.put(
    manifestKey(RELEASE),
    formatReleaseManifest({ ...release, settledAt: AT, listed: 1, unavailable: [] }),
  );
  await bucket.put(
    channelPointerKey(CHANNEL),
    formatChannelPointer({ ...release, channel: CHANNEL, movedAt: AT, listed: 1, unavailable: {} }),
  );
  const { hash, narKey } = hello;
  return { hash, narKey, drv, buildId: 'abcd', release: RELEASE, file: 'git-revision', channel: CHANNEL };
}
