/** What the upstream that is played has: store paths of each kind, and releases that list them. */
import type { NarNode } from '../../../shared/nix/nar-writer.ts';
import { parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { releaseNumber } from '../../../shared/testing/collect-world.ts';
import { pathNamed, type StoreObject, storeObject } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import type { MemoryRelease } from '../../../shared/upstream/memory.ts';

/** Followed at first, and then left. */
export const SMALL = parseChannelName('nixos-unstable-small');
export const SMALL_RELEASE = parseReleasePrefix('nixos/unstable-small/nixos-26.11pre0.000000000000');
const BUILD_ID = 'ab'.repeat(20);
const directory = (entries: Readonly<Record<string, NarNode>>): NarNode => ({
  type: 'directory',
  entries: new Map(Object.entries(entries)),
});

export type Objects = ReturnType<typeof madeObjects>;

export function madeObjects() {
  const drvs = ['a', 'b'].map((name) => `${pathNamed(`${name}.drv`).hash}-${name}.drv`);
  const deriver = (index: number) => ({ wrong: { Deriver: drvs[index] ?? '' } });
  const symbols = directory({
    lib: directory({
      debug: directory({
        '.build-id': directory({
          ab: directory({ [`${BUILD_ID.slice(2)}.debug`]: { type: 'regular', contents: 'x' } }),
        }),
      }),
    }),
  });
  const missing = storeObject('missing');
  const base = storeObject('base', deriver(0));
  const twin = storeObject('twin', { contents: 'base' }); // the same NAR
  const top = storeObject('top', { references: [base.path] });
  const debug = storeObject('old-debug', { root: symbols, ...deriver(1) });
  const waits = storeObject('waits', { references: [pathNamed('never')] });
  return {
    waits,
    stays: [base, twin, top],
    gone: [debug],
    missing,
    slow: storeObject('slow'),
    drvs,
    buildId: BUILD_ID,
  };
}

/** One path goes with the second release, and one that was missing comes. */
export async function madeReleases({ stays, gone, missing }: Objects): Promise<Map<ReleasePrefix, MemoryRelease>> {
  return new Map([
    [releaseNumber(0), await releaseOf([...gone, ...stays, missing])],
    [releaseNumber(1), await releaseOf([...stays, missing])],
    [releaseNumber(2), await releaseOf(stays)],
    [SMALL_RELEASE, await releaseOf(stays)],
  ]);
}

async function releaseOf(listed: readonly StoreObject[]): Promise<MemoryRelease> {
  const files = new Map<string, Uint8Array>([
    ['store-paths.xz', await xz(listed.map(({ path }) => `${formatStorePath(path)}\n`).join(''))],
    ['git-revision', Buffer.from('a'.repeat(40))],
    ['nixos-minimal.iso', Buffer.from('an image')],
  ]);
  return { revision: 'a'.repeat(40), releasedAt: new Date(0), files };
}
