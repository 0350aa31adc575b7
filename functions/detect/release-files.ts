/**
 * Keeps the small files of a release, as upstream has them: each is checked against the SHA-256 that the release page
 * lists before its last byte is let go. Images and other downloads are not mirrored.
 */
import { createHash } from 'node:crypto';
import { releaseKey } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import type { ReleasePage } from '../../shared/upstream/release-page.ts';

/** What a channel's release consists of below its prefix (nixos-channel-scripts: mirror-nixos-branch.pl). */
const KEPT: ReadonlySet<string> = new Set([
  'binary-cache-url',
  'git-revision',
  'nixexprs.tar.xz',
  'nixexprs.tar.zst',
  'options.json.br',
  'packages.json.br',
  'src-url',
  'store-paths.xz',
]);

export async function storeReleaseFiles(
  release: ReleasePrefix,
  page: ReleasePage,
  { channels, bucket }: { readonly channels: Pick<Channels, 'file'>; readonly bucket: Pick<Bucket, 'head' | 'put'> },
  signal: AbortSignal,
): Promise<void> {
  for (const { name, sha256 } of page.files.filter((file) => KEPT.has(file.name))) {
    const key = releaseKey(release, name);
    if ((await bucket.head(key, signal))?.metadata.sha256 === sha256) continue;
    const file = await channels.file(release, name, signal);
    await bucket.put(key, withSha256(file.body, sha256, key), {
      ...(file.contentLength === undefined ? {} : { size: file.contentLength }),
      metadata: { sha256 },
      signal,
    });
  }
}

/** Passes a file on and withholds its end until its hash is known. */
async function* withSha256(
  file: AsyncIterable<Uint8Array>,
  sha256: string,
  key: string,
): AsyncGenerator<Uint8Array, undefined> {
  const hash = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const chunk of file) {
    if (chunk.length === 0) continue;
    hash.update(chunk);
    if (last) yield last;
    last = chunk;
  }
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new UpstreamFailed(`${key} does not have the SHA-256 that its release page lists`, { key, found });
  if (last) yield last;
  return undefined;
}
