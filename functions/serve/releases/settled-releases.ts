/** The releases that may be shown: those that have a manifest, for it is written when all that they list is decided. */
import { readable } from '../../../events/record.ts';
import { changesKey } from '../../../events/release-changes.ts';
import {
  countByReason,
  manifestKey,
  parseReleaseManifest,
  type ReleaseManifest,
  releaseKey,
} from '../../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../../events/release-record.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import { CHANNEL_FILES, type ReleaseFile } from '../../../shared/nix/release-file.ts';
import { remembered } from '../remembered.ts';
import type { ReadBucket } from '../steady-bucket.ts';

export interface SettledRelease extends Pick<ReleaseManifest, 'release' | 'revision' | 'listed'> {
  readonly settledAt: Date;
  /** Since when its store paths are not kept any more; its files are. */
  readonly retiredAt: Date | undefined;
  readonly releasedAt: Date;
  /** Seconds since 1970; unknown of releases that came before it was written down. */
  readonly lastModified: number | undefined;
  /** That are here, upstream's `binary-cache-url` among them. */
  readonly files: readonly ReleaseFile[];
  /** Store paths that it lists and this mirror lacks, by reason. */
  readonly unavailable: Readonly<Record<string, number>>;
  /** Whether it is written down what it brought. */
  readonly changes: boolean;
}

/** @throws {BucketFailed} or {Overloaded} when it can't be looked up. */
export type FindRelease = (release: ReleasePrefix) => Promise<SettledRelease | undefined>;

/** So long a release that has just healed is shown as it was. */
const RELEASE_MS = 10_000;
const MOST_RELEASES = 200;

export const createSettledReleases = (bucket: ReadBucket, now: () => number): FindRelease =>
  remembered({
    read: (release: ReleasePrefix) => readRelease(release, bucket),
    ms: RELEASE_MS,
    most: MOST_RELEASES,
    now,
  });

async function readRelease(release: ReleasePrefix, bucket: ReadBucket): Promise<SettledRelease | undefined> {
  const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release)));
  if (!manifest) return undefined;
  const record = readable(parseReleaseRecord, await getText(bucket, releaseRecordKey(release)));
  const { revision, listed, unavailable } = manifest;
  const settledAt = new Date(manifest.settledAt);
  return {
    release,
    revision,
    listed,
    settledAt,
    retiredAt: manifest.retiredAt === undefined ? undefined : new Date(manifest.retiredAt),
    releasedAt: record ? new Date(record.releasedAt) : settledAt,
    lastModified: record?.lastModified,
    files: record?.files ?? (await filesHere(release, bucket)),
    unavailable: countByReason(unavailable),
    changes: (await bucket.head(changesKey(release))) !== undefined,
  };
}

/** Of a release that came before it was written down. */
async function filesHere(release: ReleasePrefix, bucket: ReadBucket): Promise<readonly ReleaseFile[]> {
  const files = await Promise.all(
    [...CHANNEL_FILES].map(async (name) => {
      const head = await bucket.head(releaseKey(release, name));
      const sha256 = head?.metadata.sha256;
      return head && sha256 !== undefined ? [{ name, size: head.size, sha256 }] : [];
    }),
  );
  return files.flat();
}
