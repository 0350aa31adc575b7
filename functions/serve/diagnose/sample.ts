/**
 * A store path for the diagnose script to try: visible, listed by the release that a channel stands at, and with a NAR that says
 * something of the speed without costing much.
 */
import { releaseKey } from '../../../events/release-manifest.ts';
import { parseNarInfo } from '../../../shared/nix/narinfo.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePath } from '../../../shared/nix/store-path.ts';
import { readStorePaths } from '../../../shared/nix/store-path-list.ts';
import type { NarInfos } from '../narinfos.ts';
import type { FindPointer } from '../releases/channel-pointers.ts';
import { remembered } from '../remembered.ts';
import type { ReadBucket } from '../steady-bucket.ts';

export interface SampleDeps {
  readonly bucket: ReadBucket;
  readonly narInfos: NarInfos;
  readonly pointers: FindPointer;
  readonly channels: readonly ChannelName[];
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
}

/** Bytes of the NAR file. Below, a speed is nothing but a round trip. */
const [LEAST, MOST] = [64 * 1024, 4 * 2 ** 20];
/** A list is in the order of its names, so that the first ones are as good as any. */
const LOOKED_AT = 200;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Undefined while no channel has a release here. @throws {BucketFailed} or {Overloaded} when it can't be looked up. */
export function createSample({
  bucket,
  narInfos,
  pointers,
  channels,
  now,
}: SampleDeps): () => Promise<StorePath | undefined> {
  const sampleOf = remembered({ read: look, ms: HOUR_MS, missMs: MINUTE_MS, most: channels.length + 1, now });

  async function look(release: ReleasePrefix): Promise<StorePath | undefined> {
    const list = await bucket.get(releaseKey(release, 'store-paths.xz'));
    if (!list) return undefined;
    let largest: { readonly path: StorePath; readonly bytes: number } | undefined;
    let looked = 0;
    for await (const path of readStorePaths(list.body)) {
      const held = await narInfos.find(path.hash);
      const bytes = (held && parseNarInfo(held.body).fileSize) ?? 0;
      if (bytes >= LEAST && bytes <= MOST) return path;
      if (bytes > (largest?.bytes ?? 0) && bytes <= MOST) largest = { path, bytes };
      looked += 1;
      if (looked === LOOKED_AT) break;
    }
    return largest?.path;
  }

  return async () => {
    for (const channel of channels) {
      const pointer = await pointers(channel);
      const sample = pointer && (await sampleOf(pointer.release));
      if (sample) return sample;
    }
    return undefined;
  };
}
