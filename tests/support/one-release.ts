/** A channel of one release, as small upstreams of our own show it. */
import { createHash } from 'node:crypto';
import { parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { TEST_KEY } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import { formatReleasePage } from '../../shared/upstream/release-page-writer.ts';

export const CHANNEL = parseChannelName('nixos-unstable');
export const RELEASE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const REVISION = 'a'.repeat(40);

/** What lies at `releases/…`, by its path: the page and the files it lists. */
export async function releaseListing(
  paths: readonly StorePath[],
  release: ReleasePrefix = RELEASE,
): Promise<Map<string, Uint8Array>> {
  const files = new Map([
    ['store-paths.xz', await xz(paths.map((path) => `${formatStorePath(path)}\n`).join(''))],
    ['git-revision', Buffer.from(REVISION)],
  ]);
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const listed = [...files].map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
  const page = formatReleasePage(release, { revision: REVISION, releasedAt: new Date('2026-11-22'), files: listed });
  return new Map<string, Uint8Array>([
    [`releases/${release}`, Buffer.from(page)],
    ...[...files].map(([name, bytes]): [string, Uint8Array] => [`releases/${release}/${name}`, bytes]),
  ]);
}

/** What a mirror of an upstream at this address is told. */
export function environmentOf(url: string): Readonly<Record<string, string>> {
  const { x = '' } = TEST_KEY.key.export({ format: 'jwk' });
  return {
    CHANNELS: CHANNEL,
    UPSTREAM_URL: `${url}/cache`,
    CHANNELS_URL: `${url}/channels`,
    RELEASES_URL: `${url}/releases`,
    TRUSTED_PUBLIC_KEYS: `${TEST_KEY.name}:${Buffer.from(x, 'base64url').toString('base64')}`,
  };
}
