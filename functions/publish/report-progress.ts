/**
 * Says how far each release under way has come, for whoever watches: a first release takes hours. In the log, and, less often,
 * as a record for the status page.
 */
import { formatReleaseProgress, progressKey } from '../../events/release-progress.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { isDue } from '../../shared/due.ts';
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';

export interface ProgressReport {
  /**
   * Logs `release.progress` and writes the record of each release whose figures have changed. Counting costs what is pending,
   * so not every tick does. A record that can't be written fails nothing.
   */
  tell(memory: Pick<Memory, 'index' | 'releases' | 'unavailable'>, signal: AbortSignal): Promise<void>;
}

export interface ProgressDeps {
  readonly state: Pick<Bucket, 'put' | 'delete'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly now: () => Date;
}

const EVERY_MS = 2_000;
const WRITE_EVERY_MS = 10_000;

interface Told {
  readonly toCome: number;
  /** What the record says, and when it was written (ms). */
  readonly written?: { readonly toCome: number; readonly at: number } | undefined;
}

export function createProgressReport({ state, lease, log, now }: ProgressDeps): ProgressReport {
  const told = new Map<ReleasePrefix, Told>();
  let due = 0;

  async function write({ release, revision, listed }: FollowedRelease, toCome: number, signal: AbortSignal) {
    const at = now();
    const progress = formatReleaseProgress({ release, revision, listed, toCome, at: at.toISOString() });
    const written = await attempt(async () => {
      await state.put(progressKey(release), progress, { signal: await lease.keep(signal) });
    });
    const before = told.get(release)?.written;
    told.set(release, { toCome, written: written ? { toCome, at: at.getTime() } : before });
  }

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      log.warn('progress.not-noted', { error: describeError(error) });
      return false;
    }
  }

  return {
    async tell(memory, signal) {
      if (!isDue(due, now().getTime(), EVERY_MS)) return;
      due = now().getTime() + EVERY_MS;
      for (const followed of memory.releases.followed) {
        const { release, listed, manifest } = followed;
        const before = told.get(release);
        if (manifest) {
          if (before?.written && !(await attempt(() => state.delete(progressKey(release), signal)))) continue;
          told.delete(release);
          continue;
        }
        const toCome = countToCome(followed, memory);
        if (before?.toCome !== toCome) log.info('release.progress', { release, store_paths: listed, to_come: toCome });
        told.set(release, { ...before, toCome });
        const { written } = before ?? {};
        if (written?.toCome !== toCome && isDue((written?.at ?? 0) + WRITE_EVERY_MS, now().getTime(), WRITE_EVERY_MS))
          await write(followed, toCome, signal);
      }
    },
  };
}

/** Listed, and neither here nor known to be unavailable. */
function countToCome(
  { pending }: FollowedRelease,
  { index, unavailable }: Pick<Memory, 'index' | 'unavailable'>,
): number {
  let toCome = 0;
  for (const hash of pending) if (!index.isStaged(hash) && !unavailable.has(hash)) toCome += 1;
  return toCome;
}
