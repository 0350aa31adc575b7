/** What a client would find wrong with a mirror in memory. */
import { getText } from '../bucket/bucket.ts';
import { narInfoKey } from '../nix/cache-object.ts';
import { parseNarInfo } from '../nix/narinfo.ts';
import { readStorePaths } from '../nix/store-path-list.ts';
import type { PublishWorld } from './publish-world.ts';

/** Invariants 1 and 3, and that nothing vanished which is not written down. */
export async function brokenPromises(world: PublishWorld): Promise<readonly string[]> {
  const { bucket } = world;
  const complaints: string[] = [];
  const names = new Set(await world.names());
  for (const key of names) {
    const { narHash, url, references, storePath } = parseNarInfo((await getText(bucket, key)) ?? '');
    for (const reference of references)
      if (!names.has(narInfoKey(reference.hash))) complaints.push(`${storePath.name} refers to ${reference.name}`);
    const nar = await bucket.head(url);
    if (nar?.metadata['nar-hash'] !== narHash) complaints.push(`the NAR of ${storePath.name} is not here`);
  }
  for (const [release] of world.lists) {
    const manifest = await world.manifest(release);
    if (!manifest) continue;
    const excused = new Set(manifest.unavailable.map(({ path }) => path.hash));
    const list = await bucket.get(`releases/${release}/store-paths.xz`);
    for await (const path of readStorePaths(list?.body ?? (async function* () {})()))
      if (!names.has(narInfoKey(path.hash)) && !excused.has(path.hash))
        complaints.push(`${release} lacks ${path.name}`);
  }
  const pointer = await world.pointer();
  if (!pointer || !(await world.manifest(pointer.release))) complaints.push('the channel stands nowhere');
  return complaints;
}
