/**
 * Writes the manifest of every release that is settled now, and writes it anew when something in it has healed or has another reason
 * now. A manifest lists all that its release names and this mirror lacks, with the reason.
 */
import { formatReleaseManifest, type MissingPath, manifestKey, SETTLED_AT } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';
import { restate } from './restate.ts';
import { type Absences, settle } from './settle.ts';
import { awaitWithdrawn } from './withdrawn.ts';

type Settling = Pick<Memory, 'index' | 'releases' | 'unavailable' | 'visible' | 'withdrawn'>;

export interface SettleDeps {
  readonly bucket: Pick<Bucket, 'get' | 'put'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly now: () => Date;
}

/** Answers how many manifests were written. */
export async function settleReleases(memory: Settling, deps: SettleDeps, signal: AbortSignal): Promise<number> {
  const { index, releases, unavailable } = memory;
  const absences: Absences = { unavailable, blocked: index.blocked(), pathOf: releases.pathOf };
  let written = 0;
  for (const followed of releases.followed) {
    const missing = followed.manifest
      ? restate(followed.manifest.unavailable, followed.pending, memory.visible, absences)
      : await settledBy(followed, memory, absences, deps, signal);
    if (!missing) continue;
    await write(followed, missing, deps, signal);
    written += 1;
  }
  return written;
}

/** What a release lacks, if it is settled: while something is withdrawn, what it lists of that, too. */
async function settledBy(
  followed: FollowedRelease,
  memory: Settling,
  absences: Absences,
  { bucket, log }: SettleDeps,
  signal: AbortSignal,
): Promise<readonly MissingPath[] | undefined> {
  const missing = settle(followed.pending, absences);
  if (!missing || memory.withdrawn.records.size === 0) return missing;
  try {
    await awaitWithdrawn(followed, memory, bucket, signal);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    log.error('release.damaged', { release: followed.release, error: describeError(error) });
    return undefined;
  }
  return settle(followed.pending, absences);
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
  const before = followed.manifest?.unavailable.length ?? 0;
  const event = !followed.manifest
    ? 'release.settled'
    : unavailable.length < before
      ? 'release.healed'
      : 'release.restated';
  followed.manifest = manifest;
  log.info(event, { release, store_paths: listed, unavailable: unavailable.length });
}
