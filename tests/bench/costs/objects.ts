/** What is mirrored by the benchmark: small store paths in a chain of tens, so that references matter, and large ones for the processor's sake. */
import { randomBytes } from 'node:crypto';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatStorePath } from '../../../shared/nix/store-path.ts';
import { type StoreObject, storeObject, xzStoreObject } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import type { MemoryRelease } from '../../../shared/upstream/memory.ts';

const CHAIN = 10;

export function smallObjects(paths: number): readonly StoreObject[] {
  const made: StoreObject[] = [];
  for (let n = 0; n < paths; n += 1) {
    const before = n % CHAIN === 0 ? undefined : made[n - 1];
    const contents = `${n} ${randomBytes(2_000).toString('hex')}`;
    const references = before ? [before.path] : [];
    made.push(storeObject(`package-${n}-1.${n}`, { contents, references, compression: 'zstd' }));
  }
  return made;
}

/** A NAR twice as large as its file, in each compression: upstream's older ones are xz, those since June 2026 zstd. */
export async function largeObjects(bytes: number): Promise<Readonly<Record<'xz' | 'zstd', StoreObject>>> {
  const contents = (): string => randomBytes(bytes).toString('hex');
  return {
    xz: await xzStoreObject('large-xz', { contents: contents() }),
    zstd: storeObject('large-zstd', { contents: contents(), compression: 'zstd' }),
  };
}

export async function releaseOf(listed: readonly StoreObject[]): Promise<MemoryRelease> {
  const files = new Map<string, Uint8Array>([
    ['store-paths.xz', await xz(listed.map(({ path }) => `${formatStorePath(path)}\n`).join(''))],
    ['git-revision', Buffer.from('a'.repeat(40))],
    ['nixexprs.tar.xz', randomBytes(10_000)],
  ]);
  return { revision: 'a'.repeat(40), releasedAt: new Date(0), files };
}

export type Releases = Map<ReleasePrefix, MemoryRelease>;
