/**
 * Says in the manifest of each settled release that lists something of what goes that it lacks it, before it goes: a release is settled
 * when each path that it lists is here or excused.
 */
import { readable } from '../../../events/record.ts';
import {
  formatReleaseManifest,
  type MissingPath,
  manifestKey,
  parseReleaseManifest,
  type ReleaseManifest,
  releaseKey,
  SETTLED_AT,
} from '../../../events/release-manifest.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { Malformed } from '../../../shared/errors.ts';
import { parseReleasePrefix, type ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { readStorePaths } from '../../../shared/nix/store-path-list.ts';

/** Why a store path goes: because of itself (`anew`), or because of the one named. */
export type Going = ReadonlyMap<StorePathHash, 'anew' | StorePathHash>;

/** Those that have to say more, with what they have to say. A list or manifest that is damaged promises nothing that could be kept. */
export async function* releasesToExcuse(
  going: Going,
  bucket: Pick<Bucket, 'list' | 'get'>,
  signal: AbortSignal,
): AsyncGenerator<ReleaseManifest, undefined> {
  for await (const release of settledIn(bucket, signal)) {
    const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release), signal));
    if (!manifest || manifest.retiredAt !== undefined) continue;
    const more = await excusesFor(manifest, going, bucket, signal);
    if (more.length === 0) continue;
    const unavailable = [...manifest.unavailable, ...more].sort((a, b) => (a.path.hash < b.path.hash ? -1 : 1));
    yield { ...manifest, unavailable };
  }
  return undefined;
}

async function excusesFor(
  { release, unavailable }: ReleaseManifest,
  going: Going,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<readonly MissingPath[]> {
  const excused = new Set(unavailable.map(({ path }) => path.hash));
  const more: MissingPath[] = [];
  try {
    const list = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
    if (!list) return [];
    for await (const path of readStorePaths(list.body)) {
      const why = going.get(path.hash);
      if (why === undefined || excused.has(path.hash)) continue;
      more.push(why === 'anew' ? { path, reason: 'withdrawn' } : { path, reason: 'blocked', because: why });
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return more;
}

async function* settledIn(bucket: Pick<Bucket, 'list'>, signal: AbortSignal): AsyncGenerator<ReleasePrefix, undefined> {
  for await (const { key } of bucket.list('releases/', { signal })) {
    const release = readable(parseReleasePrefix, /^releases\/(.+)\/manifest\.json$/.exec(key)?.[1]);
    if (release) yield release;
  }
  return undefined;
}

/** @param leased ends the write with the lease. */
export async function writeManifest(
  manifest: ReleaseManifest,
  bucket: Pick<Bucket, 'put'>,
  leased: AbortSignal,
): Promise<void> {
  const metadata = { [SETTLED_AT]: manifest.settledAt };
  await bucket.put(manifestKey(manifest.release), formatReleaseManifest(manifest), { metadata, signal: leased });
}
