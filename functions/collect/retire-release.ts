/**
 * Retires a release before the first of its paths goes. One that has settled leaves its small files, which flakes lock, and a
 * manifest that says so; its images go. One that never settled nobody has seen: it goes with all its files.
 */
import { fanOutKey } from '../../events/fan-out.ts';
import { readable } from '../../events/record.ts';
import {
  formatReleaseManifest,
  manifestKey,
  parseReleaseManifest,
  RETIRED_AT,
  releaseKey,
  SETTLED_AT,
} from '../../events/release-manifest.ts';
import { progressKey } from '../../events/release-progress.ts';
import { formatReleaseRecord, parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { CollectRefused } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import { isImage } from '../../shared/nix/release-file.ts';
import type { KnownRelease } from './read-roots.ts';
import type { Slice } from './slice.ts';

export interface RetireDeps {
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'put'>;
  readonly now: () => Date;
}

/** @param seen whether detect has noted it: files of one that it has not may be of one that it is just at. */
export async function retireRelease(
  { release, settledAt }: KnownRelease,
  seen: boolean,
  deps: RetireDeps,
  slice: Slice,
): Promise<void> {
  // First: should the release be seen again, its list must be a new one, for this one counts on what is going.
  await slice.delete('state', fanOutKey(release));
  await slice.delete('state', progressKey(release));
  if (settledAt !== undefined) {
    await noteRetired(release, deps, slice);
    await deleteImages(release, deps, slice);
  } else if (seen) {
    for (const key of await filesOf(release, deps.bucket, slice.signal)) await slice.delete('bucket', key);
  }
  slice.deleted.releases += 1;
}

async function noteRetired(release: ReleasePrefix, { bucket, now }: RetireDeps, slice: Slice): Promise<void> {
  const key = manifestKey(release);
  const stored = await bucket.get(key, { signal: slice.signal });
  if (!stored) return;
  const manifest = readable(parseReleaseManifest, (await bytesOf(stored.body)).toString('utf8'));
  if (!manifest) throw new CollectRefused(`${key} can't be read`, { key });
  const retiredAt = now().toISOString();
  await bucket.put(key, formatReleaseManifest({ ...manifest, retiredAt }), {
    metadata: { [SETTLED_AT]: manifest.settledAt, [RETIRED_AT]: retiredAt },
    signal: await slice.change(),
  });
}

/** Struck from what its page lists before they go. */
async function deleteImages(release: ReleasePrefix, { bucket }: RetireDeps, slice: Slice): Promise<void> {
  const images = (await filesOf(release, bucket, slice.signal)).filter((key) => isImage(key));
  if (images.length === 0) return;
  const key = releaseRecordKey(release);
  const stored = await bucket.get(key, { signal: slice.signal });
  const record = stored && readable(parseReleaseRecord, (await bytesOf(stored.body)).toString('utf8'));
  if (record) {
    const files = record.files.filter(({ name }) => !isImage(name));
    const only = { ifMatch: stored.etag };
    await bucket.put(key, formatReleaseRecord({ ...record, files }), { only, signal: slice.signal });
  }
  for (const image of images) await slice.delete('bucket', image);
}

async function filesOf(
  release: ReleasePrefix,
  bucket: Pick<Bucket, 'list'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(releaseKey(release, ''), { shallow: true, signal })) keys.push(key);
  return keys;
}
