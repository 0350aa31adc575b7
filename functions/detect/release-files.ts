/**
 * Keeps files of a release, as upstream has them: each is checked against the SHA-256 that the release page lists before its
 * last byte is let go.
 */
import { createHash } from 'node:crypto';
import { releaseKey } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import { CHANNEL_FILES, encodingOf, type ReleaseFile } from '../../shared/nix/release-file.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import type { ReleasePage } from '../../shared/upstream/release-page.ts';

export interface FileDeps {
  readonly channels: Pick<Channels, 'file'>;
  readonly bucket: Pick<Bucket, 'head' | 'put'>;
}

/** The small ones, which a channel consists of. Images come later (release-images.ts), other downloads never. */
export async function storeReleaseFiles(
  release: ReleasePrefix,
  page: ReleasePage,
  deps: FileDeps,
  signal: AbortSignal,
): Promise<void> {
  for (const file of page.files) if (CHANNEL_FILES.has(file.name)) await storeReleaseFile(release, file, deps, signal);
}

/** @throws {UpstreamFailed} when it breaks off, or is another file than the page lists; then nothing is stored. */
export async function storeReleaseFile(
  release: ReleasePrefix,
  file: ReleaseFile,
  deps: FileDeps,
  signal: AbortSignal,
): Promise<void> {
  const held = (await deps.bucket.head(releaseKey(release, file.name), signal))?.metadata;
  if (held?.sha256 === file.sha256 && held['content-encoding'] === encodingOf(file.name)) return;
  await bringReleaseFile(release, file, deps, signal);
}

/** The same, whatever is here. */
export async function bringReleaseFile(
  release: ReleasePrefix,
  { name, sha256 }: ReleaseFile,
  { channels, bucket }: Pick<FileDeps, 'channels'> & { readonly bucket: Pick<Bucket, 'put'> },
  signal: AbortSignal,
): Promise<void> {
  const key = releaseKey(release, name);
  const encoding = encodingOf(name);
  const metadata = { sha256, ...(encoding && { 'content-encoding': encoding }) };
  const file = await channels.file(release, name, signal);
  await bucket.put(key, withSha256(file.body, sha256, key), {
    ...(file.contentLength === undefined ? {} : { size: file.contentLength }),
    metadata,
    signal,
  });
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
