/**
 * Writes the manifest of every release that is settled now, and writes it anew when something in it has healed. A manifest
 * lists all that its release names and this mirror lacks, with the reason.
 */
import { formatReleaseManifest, type MissingPath, manifestKey, SETTLED_AT } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import type { Log } from '../../shared/log.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';
import { type Absences, settle } from './settle.ts';

export interface SettleDeps {
  readonly bucket: Pick<Bucket, 'put'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly now: () => Date;
}

/** Answers how many manifests were written. */
export async function settleReleases(
  { index, releases, unavailable }: Pick<Memory, 'index' | 'releases' | 'unavailable'>,
  deps: SettleDeps,
  signal: AbortSignal,
): Promise<number> {
  const absences: Absences = { unavailable, blocked: index.blocked(), pathOf: releases.pathOf };
  let written = 0;
  for (const followed of releases.followed) {
    const missing = followed.manifest ? healedFrom(followed) : settle(followed.pending, absences);
    if (!missing) continue;
    await write(followed, missing, deps, signal);
    written += 1;
  }
  return written;
}

/** What a settled release still lacks, when that is less than its manifest says. */
function healedFrom({ manifest, pending }: FollowedRelease): readonly MissingPath[] | undefined {
  const still = manifest?.unavailable.filter(({ path }) => pending.has(path.hash));
  return still?.length === manifest?.unavailable.length ? undefined : still;
}

async function write(
  followed: FollowedRelease,
  unavailable: readonly MissingPath[],
  { bucket, lease, log, now }: SettleDeps,
  signal: AbortSignal,
): Promise<void> {
  const { release, revision, listed } = followed;
  const settledAt = followed.manifest?.settledAt ?? now().toISOString();
  const manifest = { release, revision, settledAt, listed, unavailable };
  const metadata = { [SETTLED_AT]: settledAt };
  await bucket.put(manifestKey(release), formatReleaseManifest(manifest), {
    metadata,
    signal: await lease.keep(signal),
  });
  const event = followed.manifest ? 'release.healed' : 'release.settled';
  followed.manifest = manifest;
  log.info(event, { release, store_paths: listed, unavailable: unavailable.length });
}
