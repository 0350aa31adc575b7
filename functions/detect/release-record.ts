/** Writes down what upstream says of a release, once. Its lock is then the same for whoever asks, and by whatever channel. */
import { readable } from '../../events/record.ts';
import {
  formatReleaseRecord,
  parseReleaseRecord,
  type ReleaseRecord,
  releaseRecordKey,
} from '../../events/release-record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { describeError, UpstreamFailed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { CHANNEL_FILES } from '../../shared/nix/release-file.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import type { ReleasePage } from '../../shared/upstream/release-page.ts';

export interface RecordDeps {
  readonly channels: Pick<Channels, 'lastModified'>;
  readonly bucket: Pick<Bucket, 'get' | 'put'>;
  readonly log: Log;
}

/** Once the small files are here. One that is there already stays: it may tell of images, and locks must not change. */
export async function noteRelease(
  { channel, release }: { readonly channel: ChannelName; readonly release: ReleasePrefix },
  page: ReleasePage,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<ReleaseRecord> {
  const { bucket } = deps;
  const earlier = await read(release, deps, signal);
  if (earlier) return earlier;
  const record = {
    release,
    revision: page.revision,
    releasedAt: page.releasedAt.toISOString(),
    lastModified:
      (await ofUpstreamsLock(channel, release, deps, signal)) ?? inSeconds(page.committedAt ?? page.releasedAt),
    files: page.files.filter(({ name }) => CHANNEL_FILES.has(name)),
  };
  await bucket.put(releaseRecordKey(release), formatReleaseRecord(record), { signal });
  return record;
}

/** Of a release that was noted; undefined when its record was damaged. */
export const readReleasedAt = async (
  release: ReleasePrefix,
  deps: { readonly bucket: Pick<Bucket, 'get'> },
  signal: AbortSignal,
): Promise<string | undefined> => (await read(release, deps, signal))?.releasedAt;

const read = async (
  release: ReleasePrefix,
  { bucket }: { readonly bucket: Pick<Bucket, 'get'> },
  signal: AbortSignal,
) => readable(parseReleaseRecord, await getText(bucket, releaseRecordKey(release), signal));

/** No release waits for it: its page has the date of the commit, which is the same figure. */
function ofUpstreamsLock(
  channel: ChannelName,
  release: ReleasePrefix,
  { channels, log }: RecordDeps,
  signal: AbortSignal,
): Promise<number | undefined> {
  return channels.lastModified(channel, release, signal).catch((error: unknown) => {
    if (!(error instanceof UpstreamFailed)) throw error;
    log.warn('release.lock-unknown', { channel, release, error: describeError(error) });
    return undefined;
  });
}

const inSeconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
