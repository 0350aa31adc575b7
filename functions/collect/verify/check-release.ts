/** Channels and releases: whether a channel stands at a settled release, and whether all that one lists is here or excused. */
import { channelPointerKey, parseChannelPointer } from '../../../events/channel-pointer.ts';
import { readable } from '../../../events/record.ts';
import {
  manifestKey,
  parseReleaseManifest,
  type ReleaseManifest,
  releaseKey,
} from '../../../events/release-manifest.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { Malformed } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatBaseName, type StorePath } from '../../../shared/nix/store-path.ts';
import { readStorePaths } from '../../../shared/nix/store-path-list.ts';
import type { Finding } from './finding.ts';
import type { KnownNames } from './known-names.ts';

export interface ReleaseDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly known: Pick<KnownNames, 'isVisible'>;
}

export interface ReleaseChecked {
  /** What it lists and has. */
  readonly here: readonly StorePath[];
  /** Whether it promises anything. */
  readonly isRetired?: true;
  readonly findings: readonly Finding[];
}

/** One that is retired promises nothing. @returns undefined for one that has no manifest: it is not settled. */
export async function checkRelease(
  release: ReleasePrefix,
  { bucket, known }: ReleaseDeps,
  signal: AbortSignal,
): Promise<ReleaseChecked | undefined> {
  const text = await getText(bucket, manifestKey(release), signal);
  if (text === undefined) return undefined;
  const manifest = readable(parseReleaseManifest, text);
  if (!manifest) {
    const finding = { release, key: manifestKey(release), evidence: `${manifestKey(release)} can't be read` };
    return { here: [], findings: [{ ...finding, kind: 'manifest-damaged' }] };
  }
  if (manifest.retiredAt !== undefined) return { here: [], isRetired: true, findings: [] };
  const here: StorePath[] = [];
  const findings: Finding[] = [];
  try {
    for await (const path of promisedBy(manifest, bucket, signal)) {
      if (await known.isVisible(path.hash, signal)) here.push(path);
      else findings.push(missing(path, release));
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const key = releaseKey(release, 'store-paths.xz');
    return { here, findings: [{ kind: 'list-damaged', key, release, evidence: error.message }] };
  }
  if (findings.length === 0) return { here, findings };
  // It may have been retired, or a path excused, while we looked.
  const still = await getText(bucket, manifestKey(release), signal);
  return still === text ? { here, findings } : checkRelease(release, { bucket, known }, signal);
}

const missing = (path: StorePath, release: ReleasePrefix): Finding => ({
  kind: 'listed-missing',
  key: narInfoKey(path.hash),
  hash: path.hash,
  path: formatBaseName(path),
  release,
  evidence: `${release} lists it`,
});

async function* promisedBy(
  { release, unavailable }: ReleaseManifest,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): AsyncGenerator<StorePath, undefined> {
  const list = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  if (!list) throw new Malformed(`${release} has no store-paths.xz`, { field: 'store-paths.xz' });
  const excused = new Set(unavailable.map(({ path }) => path.hash));
  for await (const path of readStorePaths(list.body)) if (!excused.has(path.hash)) yield path;
  return undefined;
}

/** @returns where it stands, if that can be read. */
export async function checkChannel(
  channel: ChannelName,
  { bucket }: Pick<ReleaseDeps, 'bucket'>,
  signal: AbortSignal,
): Promise<{ readonly release: ReleasePrefix | undefined; readonly findings: readonly Finding[] }> {
  const key = channelPointerKey(channel);
  const pointer = readable(parseChannelPointer, await getText(bucket, key, signal));
  if (!pointer) {
    return { release: undefined, findings: [{ kind: 'pointer-damaged', key, evidence: `${key} can't be read` }] };
  }
  const { release } = pointer;
  const manifest = await getText(bucket, manifestKey(release), signal);
  const retired = readable(parseReleaseManifest, manifest)?.retiredAt !== undefined;
  if (manifest !== undefined && !retired) return { release, findings: [] };
  const evidence = `${channel} stands at ${release}, which is ${retired ? 'retired' : 'not settled'}`;
  return { release, findings: [{ kind: 'pointer-unsettled', key, release, evidence }] };
}
