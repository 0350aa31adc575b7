/**
 * The images of a release (`MIRROR_IMAGES`): gigabytes that no channel waits for. They come after all channels have been
 * looked at and everything has been asked for, one at a time and the smallest first. What did not come is tried again at the
 * next poll; a release whose images are here costs none of them a request.
 */
import { readable } from '../../events/record.ts';
import { formatReleaseRecord, parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { BucketFull, describeError } from '../../shared/errors.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { isImage, type ReleaseFile } from '../../shared/nix/release-file.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import { type NoteDeps, note, readSeen, seenRelease } from './channel-record.ts';
import { storeReleaseFile } from './release-files.ts';
import { noteRelease } from './release-record.ts';

export interface ImageDeps extends NoteDeps {
  readonly channels: Pick<Channels, 'releasePage' | 'file' | 'lastModified'>;
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put'>;
  /** Bytes that images may still take; undefined where nobody knows. */
  readonly room: () => Promise<number | undefined>;
}

export interface Standing {
  readonly channel: ChannelName;
  readonly release: ReleasePrefix;
}

/** An image that does not fit into so many runs would be begun at every poll for ever, and thrown away. */
const MOST_RUNS = 5;

/** Never throws: what is in the way of images is said in the log, and nothing else depends on them. */
export async function bringImages(standing: Iterable<Standing>, deps: ImageDeps, signal: AbortSignal): Promise<void> {
  for (const one of standing) {
    if (signal.aborted) return;
    try {
      await bringImagesOf(one, deps, signal);
    } catch (error) {
      deps.log.warn('images.not-all', { ...one, error: describeError(error) });
    }
  }
}

async function bringImagesOf(one: Standing, deps: ImageDeps, signal: AbortSignal): Promise<void> {
  const { channel, release } = one;
  const seen = await readSeen(channel, deps, signal);
  const left = seenRelease(seen, release)?.imageRuns ?? MOST_RUNS;
  if (left === 0) return;
  const noted = await note(seen, release, { imageRuns: left - 1 }, deps, signal); // before, so that a run that is cut counts
  const page = await deps.channels.releasePage(release, signal);
  await noteRelease(one, page, deps, signal);
  const images = page.files.filter(({ name }) => isImage(name)).sort((a, b) => a.size - b.size);
  let failed = 0;
  for (const image of images) {
    try {
      await bring(image, release, deps, signal);
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      deps.log.warn('image.failed', { release, file: image.name, bytes: image.size, error: describeError(error) });
    }
  }
  if (failed > 0) return;
  await note(noted, release, { imageRuns: 0 }, deps, signal);
  if (images.length > 0) deps.log.info('images.here', { channel, release, images: images.length });
}

async function bring(image: ReleaseFile, release: ReleasePrefix, deps: ImageDeps, signal: AbortSignal): Promise<void> {
  const room = await deps.room();
  if (room !== undefined && room < image.size) throw new BucketFull('there is no room for it', { free: room });
  await storeReleaseFile(release, image, deps, signal);
  await tell(image, release, deps, signal);
}

/** From then on it is on the release's page. By compare-and-swap: another run of detect may be telling of another image. */
async function tell(
  image: ReleaseFile,
  release: ReleasePrefix,
  { bucket }: Pick<ImageDeps, 'bucket'>,
  signal: AbortSignal,
): Promise<void> {
  const key = releaseRecordKey(release);
  const stored = await bucket.get(key, { signal });
  const record = stored && readable(parseReleaseRecord, (await bytesOf(stored.body)).toString('utf8'));
  if (!record || record.files.some(({ name }) => name === image.name)) return;
  const next = { ...record, files: [...record.files, image] };
  await bucket.put(key, formatReleaseRecord(next), { only: { ifMatch: stored.etag }, signal });
}
