/** The upstream that `events/samples/` are about: one channel, one release, hello with its one reference, compressed by xz. */
import { createHash } from 'node:crypto';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { formatPublicKey } from '../nix/signature.ts';
import { formatStorePath } from '../nix/store-path.ts';
import { formatReleasePage } from '../upstream/release-page-writer.ts';
import { type StoreObject, TEST_KEY, upstreamObjects, xzStoreObject } from './store-objects.ts';
import { listenUpstream, type UpstreamServer } from './upstream-server.ts';
import { xz } from './xz.ts';

export const SAMPLE_CHANNEL: ChannelName = parseChannelName('nixos-unstable');
export const SAMPLE_RELEASE: ReleasePrefix = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const REVISION = 'a'.repeat(40);

export interface SampleUpstream extends UpstreamServer {
  readonly hello: StoreObject;
  readonly libc: StoreObject;
  /** In the order of their names, what else the release lists. */
  readonly others: readonly StoreObject[];
  /** In Nix syntax, for `TRUSTED_PUBLIC_KEYS`. */
  readonly publicKey: string;
}

/** @param more names of packages, for whom hello is not enough. */
export async function listenSampleUpstream(more: readonly string[] = []): Promise<SampleUpstream> {
  const libc = await xzStoreObject('glibc-2.40', { contents: 'c '.repeat(5_000) });
  const hello = await xzStoreObject('hello-2.12.1', { references: [libc.path] });
  const others = await Promise.all(more.map((name) => xzStoreObject(name)));
  const list = [hello, ...others].map(({ path }) => `${formatStorePath(path)}\n`).join('');
  const files = new Map([
    ['store-paths.xz', await xz(list)],
    ['git-revision', Buffer.from(REVISION)],
  ]);
  const listed = [...files].map(([name, bytes]) => ({
    name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  const page = formatReleasePage(SAMPLE_RELEASE, {
    revision: REVISION,
    releasedAt: new Date('2026-11-22'),
    files: listed,
  });
  const releases = new Map<string, Uint8Array>([[SAMPLE_RELEASE, Buffer.from(page)]]);
  for (const [name, bytes] of files) releases.set(`${SAMPLE_RELEASE}/${name}`, bytes);
  const channels = new Map([[SAMPLE_CHANNEL, SAMPLE_RELEASE]]);
  const server = await listenUpstream({ objects: upstreamObjects([hello, libc, ...others]), channels, releases });
  return { ...server, hello, libc, others, publicKey: formatPublicKey(TEST_KEY) };
}
