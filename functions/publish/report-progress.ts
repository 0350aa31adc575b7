/** Says how far each release under way has come, for whoever watches: a first release takes hours. */
import type { Log } from '../../shared/log.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';

export interface ProgressReport {
  /** Logs `release.progress` for each release whose figures have changed. Counting costs what is pending, so not every tick does. */
  tell(memory: Pick<Memory, 'index' | 'releases' | 'unavailable'>): void;
}

const EVERY_MS = 2_000;

export function createProgressReport({ log, now }: { readonly log: Log; readonly now: () => Date }): ProgressReport {
  const told = new Map<ReleasePrefix, number>();
  let due = 0;
  return {
    tell(memory) {
      if (now().getTime() < due) return;
      due = now().getTime() + EVERY_MS;
      for (const followed of memory.releases.followed) {
        const { release, listed, manifest } = followed;
        if (manifest) {
          told.delete(release);
          continue;
        }
        const toCome = countToCome(followed, memory);
        if (told.get(release) === toCome) continue;
        told.set(release, toCome);
        log.info('release.progress', { release, store_paths: listed, to_come: toCome });
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
