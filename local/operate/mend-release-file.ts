/** Brings a file of a release again, or what is written down of all its files, from upstream: as detect does, over what is damaged. */
import { readable } from '../../events/record.ts';
import { releaseKey } from '../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import type { Finding } from '../../functions/collect/verify/finding.ts';
import { bringReleaseFile, storeReleaseFiles } from '../../functions/detect/release-files.ts';
import { noteRelease } from '../../functions/detect/release-record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { RuntimeFailed } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import { channelOfRelease } from './release-channel.ts';

export interface MendFileDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put'>;
  readonly channels: Pick<Channels, 'releasePage' | 'file' | 'lastModified'>;
}

/** @throws {UpstreamFailed} when upstream has it no more, or another: what is here stays as it is */
export async function mendReleaseFile(
  { key, release }: Pick<Finding, 'key' | 'release'>,
  deps: MendFileDeps,
  signal: AbortSignal,
): Promise<void> {
  if (release === undefined) throw new RuntimeFailed(`${key} is of no release`);
  if (key === releaseRecordKey(release)) return noteAgain(release, deps, signal);
  const record = readable(parseReleaseRecord, await getText(deps.bucket, releaseRecordKey(release), signal));
  const file = record?.files.find(({ name }) => releaseKey(release, name) === key);
  if (!file) throw new RuntimeFailed(`${releaseRecordKey(release)} does not tell of ${key}`);
  await bringReleaseFile(release, file, deps, signal);
}

/** Of images it tells again once detect has looked for them. */
async function noteAgain(release: ReleasePrefix, deps: MendFileDeps, signal: AbortSignal): Promise<void> {
  const channel = channelOfRelease(release);
  if (!channel) throw new RuntimeFailed(`nobody knows which channel ${release} is of`);
  const page = await deps.channels.releasePage(release, signal);
  await storeReleaseFiles(release, page, deps, signal);
  await noteRelease({ channel, release }, page, { ...deps, log: silentLog }, signal);
}
