/** Pins releases that are backfilled, once their lists are here: a pin of one whose list is not would keep collect from its work. */
import { releaseKey } from '../../events/release-manifest.ts';
import { addPin, readPins } from '../../functions/collect/pins.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { Conflict } from '../../shared/errors.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';

export interface PinDeps {
  readonly bucket: Pick<Bucket, 'head'>;
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly now: () => Date;
}

const TRIES = 5;
const NOTE = 'copycat backfill --pin';

/** @returns whether it is pinned. @throws {CollectRefused} when the pins can't be read. */
export async function pinRelease(
  release: ReleasePrefix,
  { bucket, state, now }: PinDeps,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await bucket.head(releaseKey(release, 'store-paths.xz'), signal))) return false;
  for (let tries = 1; ; tries += 1) {
    try {
      const { pins } = await readPins(state, signal);
      if (pins.some(({ what }) => 'release' in what && what.release === release)) return true; // with a note of its own
      await addPin({ what: { release }, at: now().toISOString(), note: NOTE }, state, signal);
      return true;
    } catch (error) {
      if (!(error instanceof Conflict) || tries === TRIES) throw error; // another may pin at the same time
    }
  }
}
