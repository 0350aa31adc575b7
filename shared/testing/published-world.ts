/** A mirror with one settled release, in memory, as copy and publish leave it: to be spoiled. */
import { createHash } from 'node:crypto';
import { releaseKey } from '../../events/release-manifest.ts';
import { formatReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { bytesOf } from '../bucket/bucket.ts';
import { CHANNEL, type PublishWorld, publishWorld, R1 } from './publish-world.ts';
import { type StoreObject, storeObject } from './store-objects.ts';

export interface PublishedWorld extends PublishWorld {
  /** A chain app → lib → base, a twin that shares the NAR of lone, and lone itself. */
  readonly objects: Readonly<Record<'app' | 'lib' | 'base' | 'lone' | 'twin', StoreObject>>;
  /** Flips a bit in a NAR that is here, and leaves everything else about it. */
  rot(object: StoreObject): Promise<void>;
}

export { CHANNEL, R1 };

export async function publishedWorld(): Promise<PublishedWorld> {
  const world = publishWorld();
  const base = storeObject('base', { compression: 'zstd' });
  const lib = storeObject('lib', { references: [base.path], compression: 'zstd' });
  const app = storeObject('app', { references: [lib.path], compression: 'zstd' });
  const lone = storeObject('lone', { contents: 'shared', compression: 'zstd' });
  const twin = storeObject('twin', { contents: 'shared', compression: 'zstd' });
  const objects = { app, lib, base, lone, twin };
  await world.see(R1, [app.path, lone.path, twin.path]);
  await note(world);
  await world.bring(...Object.values(objects));
  await world.publisher().tick(AbortSignal.timeout(60_000));
  return {
    ...world,
    objects,
    rot: (object) => rotNar(world, object),
  };
}

export async function rotNar({ bucket }: PublishWorld, { narKey, narFile }: StoreObject): Promise<void> {
  const { metadata = {} } = (await bucket.head(narKey)) ?? {};
  const rotten = Buffer.from(narFile);
  rotten.writeUInt8(rotten.readUInt8(rotten.length - 1) ^ 1, rotten.length - 1);
  await bucket.put(narKey, rotten, { metadata });
}

/** Its one file, and what is written down of it, as detect would. */
async function note({ bucket }: PublishWorld): Promise<void> {
  const key = releaseKey(R1, 'store-paths.xz');
  const list = await bucket.get(key);
  const bytes = list ? await bytesOf(list.body) : Buffer.alloc(0);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await bucket.put(key, bytes, { metadata: { sha256 } });
  const dates = { releasedAt: '2026-11-23T09:00:00.000Z', lastModified: 1_764_000_000 };
  const files = [{ name: 'store-paths.xz', size: bytes.length, sha256 }];
  const record = { release: R1, revision: 'f'.repeat(40), ...dates, files };
  await bucket.put(releaseRecordKey(R1), formatReleaseRecord(record));
}
