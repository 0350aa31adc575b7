/** Copies the files of a release, and last its manifest: then all that it lists and has is there. Images stay behind. */
import { manifestKey, releaseKey } from '../../../events/release-manifest.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import { isImage } from '../../../shared/nix/release-file.ts';

export interface ExportReleaseDeps {
  readonly from: Pick<Bucket, 'list' | 'head' | 'get'>;
  readonly to: Pick<Bucket, 'head' | 'put'>;
  readonly onBytes: (bytes: number) => void;
}

export async function exportRelease(
  release: ReleasePrefix,
  deps: ExportReleaseDeps,
  signal: AbortSignal,
): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of deps.from.list(releaseKey(release, ''), { shallow: true, signal }))
    if (!isImage(key) && key !== manifestKey(release)) keys.push(key);
  for (const key of [...keys, manifestKey(release)]) await exportObject(key, deps, signal);
}

/** As it is: files of releases are small, and some are written anew when something heals. */
export async function exportObject(
  key: string,
  { from, to, onBytes }: Pick<ExportReleaseDeps, 'to' | 'onBytes'> & { readonly from: Pick<Bucket, 'head' | 'get'> },
  signal: AbortSignal,
): Promise<void> {
  const [here, there] = await Promise.all([from.head(key, signal), to.head(key, signal)]);
  const sum = here?.metadata.sha256;
  if (sum !== undefined && there?.size === here?.size && there?.metadata.sha256 === sum) return;
  const stored = await from.get(key, { signal });
  if (!stored) return;
  const { size, metadata, body } = stored;
  await to.put(key, body, { size, metadata, signal });
  onBytes(size);
}
