/** An upstream in memory by dice: store objects that refer to each other, some of which it lacks at first, and releases that list them. */
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { type StoreObject, storeObject, upstreamObjects } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import type { BinaryCache } from '../../../shared/upstream/binary-cache.ts';
import type { Channels } from '../../../shared/upstream/channels.ts';
import { type MemoryRelease, memoryBinaryCache, memoryChannels } from '../../../shared/upstream/memory.ts';
import type { Dice } from '../../support/dice.ts';

export interface ClockUpstream {
  /** References first. */
  readonly objects: readonly StoreObject[];
  /** Release → hashes of what it lists, oldest first. */
  readonly listed: ReadonlyMap<ReleasePrefix, ReadonlySet<string>>;
  readonly cache: BinaryCache;
  /** Whether it lacks this, or what this refers to, until it is repaired. */
  readonly mayLack: (hash: string) => boolean;
  /** @param newest the number of the release where the channel stands there */
  channelsAt(newest: number): Channels;
  repair(): void;
}

const PATHS = 10;
/** Two of them share their contents with others. */
const CONTENTS = PATHS - 2;
const REFERS = 0.3;
const IS_LISTED = 0.4;
const LACKS = 0.25;

export async function upstreamBy(dice: Dice, releaseCount: number): Promise<ClockUpstream> {
  const objects: StoreObject[] = [];
  for (let n = 0; n < PATHS; n += 1) {
    const references = objects.filter(() => dice.happens(REFERS)).map(({ path }) => path);
    objects.push(storeObject(`path-${n}`, { references, contents: `contents ${n % CONTENTS} ${'x'.repeat(40)}` }));
  }
  const releases = new Map<ReleasePrefix, MemoryRelease>();
  const listed = new Map<ReleasePrefix, ReadonlySet<string>>();
  for (let n = 0; n < releaseCount; n += 1) {
    const some = objects.filter(() => dice.happens(IS_LISTED));
    const list = some.length > 0 ? some : objects.slice(0, 1);
    const text = list.map(({ path }) => `${formatStorePath(path)}\n`).join('');
    const files = new Map([
      ['store-paths.xz', await xz(text)],
      ['git-revision', Buffer.from('a'.repeat(40))],
    ]);
    releases.set(releaseNumber(n), { revision: 'a'.repeat(40), releasedAt: new Date(0), files });
    listed.set(releaseNumber(n), new Set(list.map(({ hash }) => hash)));
  }

  const here = upstreamObjects(objects);
  const whole = new Map(here);
  for (const { hash, narKey } of objects)
    if (dice.happens(LACKS)) here.delete(dice.happens(0.5) ? `${hash}.narinfo` : narKey);
  const lacked = new Set<string>();
  for (const { hash, narKey, narInfo } of objects)
    if (!here.has(`${hash}.narinfo`) || !here.has(narKey) || [...lacked].some((one) => narInfo.includes(`${one}-`)))
      lacked.add(hash);

  return {
    objects,
    listed,
    cache: memoryBinaryCache(here),
    mayLack: (hash) => lacked.has(hash),
    channelsAt: (newest) => memoryChannels(new Map([[UNSTABLE, releaseNumber(newest)]]), releases),
    repair() {
      for (const [key, bytes] of whole) here.set(key, bytes);
    },
  };
}
