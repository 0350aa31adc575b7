import { channelPointerKey } from '../../../events/channel-pointer.ts';
import { changesKey } from '../../../events/release-changes.ts';
import { formatReleaseManifest, manifestKey, releaseKey } from '../../../events/release-manifest.ts';
import { type Bucket, bytesOf, getText } from '../../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { BucketFailed } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { createJournal, keysOf } from '../../../shared/testing/journal.ts';
import { CHANNEL, type PublishedWorld, publishedWorld, R1 } from '../../../shared/testing/published-world.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { exportCache } from './export-cache.ts';
import { planExport, type Wanted } from './export-plan.ts';
import { exportedInWords, exportJson, lackingInWords, planInWords } from './export-words.ts';

const live = AbortSignal.timeout(60_000);
const NOTHING: Wanted = { channels: [], releases: [], paths: [] };

async function exported(
  { bucket }: Pick<PublishedWorld, 'bucket'>,
  to: Bucket,
  { verifies = true, ...wanted }: Partial<Wanted> & { readonly verifies?: boolean },
) {
  const all = { ...NOTHING, ...wanted };
  const plan = await planExport(all, bucket, live);
  const figures = { paths: 0, of: 0, bytes: 0 };
  const options = { channels: all.channels, priority: 41, verifies, figures };
  return { plan, figures, failed: await exportCache(plan, options, { from: bucket, to }, live) };
}

/** Every name there has its NAR and its references. */
async function expectClosed(to: Bucket, { objects }: PublishedWorld): Promise<void> {
  const keys = new Set(await keysOf(to));
  const { app, lib, base } = objects;
  const references = new Map([
    [app, [lib]],
    [lib, [base]],
  ]);
  for (const object of Object.values(objects)) {
    if (!keys.has(narInfoKey(object.hash))) continue;
    expect(keys).toContain(object.narKey);
    for (const { hash } of references.get(object) ?? []) expect(keys).toContain(narInfoKey(hash));
  }
}

describe('an export', () => {
  it('is written again to where one was, and never over a binary cache that none has made', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    for (let times = 0; times < 2; times += 1) await exported(world, to, { channels: [CHANNEL] });
    const keys = await keysOf(to);
    for (const key of [channelPointerKey(CHANNEL), narInfoKey(world.objects.base.hash)]) {
      const mirrors = memoryBucket();
      await mirrors.put(key, 'its own');
      await expect(exported(world, mirrors, { channels: [CHANNEL] })).rejects.toThrow('no export has made');
      expect(await keysOf(mirrors)).toEqual([key]);
    }
    expect(keys).toContain('export.json');
  });

  it('is a binary cache of its own: all of a release, byte for byte, with its files', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    const { plan, figures, failed } = await exported(world, to, { channels: [CHANNEL] });
    expect({ failed, lacking: plan.lacking }).toEqual({ failed: [], lacking: [] });
    expect(figures).toMatchObject({ paths: 5, of: 5 });
    for (const { hash, narInfo, narKey, narFile } of Object.values(world.objects)) {
      expect(await getText(to, narInfoKey(hash))).toBe(narInfo);
      const nar = await to.get(narKey);
      expect(nar && (await bytesOf(nar.body)).equals(narFile)).toBe(true);
      expect(await to.head(listingKey(hash))).toBeDefined();
    }
    expect(await getText(to, 'nix-cache-info')).toBe('StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n');
    for (const key of [releaseKey(R1, 'store-paths.xz'), manifestKey(R1), changesKey(R1), channelPointerKey(CHANNEL)])
      expect(await to.head(key)).toBeDefined();
  });

  it('is of some paths with all that they refer to, and of nothing else', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    const { app, lib, base } = world.objects;
    await exported(world, to, { paths: [app.hash] });
    const names = (await keysOf(to)).filter((key) => key.endsWith('.narinfo'));
    expect(names).toEqual([app, lib, base].map(({ hash }) => narInfoKey(hash)).sort());
    expect(await keysOf(to, 'releases/')).toEqual([]);
  });

  it('names a path after its NAR and its references, a release after its paths, and the channel last', async () => {
    const world = await publishedWorld();
    const journal = createJournal();
    await exported(world, journal.watch('to', memoryBucket()), { channels: [CHANNEL] });
    const writes = journal.writes();
    const { app, lib, base } = world.objects;
    const steps = [
      `to put ${base.narKey}`,
      `to put ${narInfoKey(base.hash)}`,
      `to put ${narInfoKey(lib.hash)}`,
      `to put ${narInfoKey(app.hash)}`,
      `to put ${manifestKey(R1)}`,
      `to put ${channelPointerKey(CHANNEL)}`,
    ];
    expect(writes.filter((write) => steps.includes(write))).toEqual(steps);
    expect(writes.slice(0, 2)).toEqual(['to put export.json', 'to put nix-cache-info']);
    expect(writes.at(-1)).toBe(steps.at(-1));
  });

  it('goes on where it was cut, at any write, and has no name too early', async () => {
    let cuts = 0;
    for (let writes = 0; ; writes += 1) {
      const world = await publishedWorld();
      const to = memoryBucket();
      let left = writes;
      const mortal: Bucket = {
        ...to,
        put: (...args) => {
          left -= 1;
          return left < 0 ? Promise.reject(new Error('killed')) : to.put(...args);
        },
      };
      await exported(world, mortal, { channels: [CHANNEL] }).catch(() => undefined);
      if (left >= 0) break;
      cuts += 1;
      await expectClosed(to, world);
      expect((await exported(world, to, { channels: [CHANNEL] })).failed).toEqual([]);
      expect((await keysOf(to)).filter((key) => key.endsWith('.narinfo'))).toHaveLength(5);
    }
    expect(cuts).toBeGreaterThan(15);
  });

  it('reads no NAR the second time, and writes only what may have changed', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    await exported(world, to, { channels: [CHANNEL] });
    const journal = createJournal();
    const from = journal.watch('from', world.bucket);
    await exported({ bucket: from }, journal.watch('to', to), { channels: [CHANNEL] });
    expect(journal.entries.filter((entry) => entry.startsWith('from get nar/'))).toEqual([]);
    expect(journal.writes().filter((write) => !/nix-cache-info|\.json|changes|store-paths/.test(write))).toEqual([]);
  });

  it('replaces what is there under a NAR’s key and is not that NAR', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    const { lone } = world.objects;
    await to.put(lone.narKey, 'half');
    await exported(world, to, { paths: [lone.hash] });
    expect((await to.head(lone.narKey))?.size).toBe(lone.narFile.length);
  });

  it('leaves out a NAR that is rotten here, and what refers to it, and then is no release', async () => {
    const world = await publishedWorld();
    const to = memoryBucket();
    const { app, lib, base, lone } = world.objects;
    await world.rot(lib);
    const { failed } = await exported(world, to, { releases: [R1] });
    expect(failed).toHaveLength(2);
    expect(failed).toContainEqual({ path: lib.hash, reason: expect.stringContaining('not what its narinfo says') });
    expect(failed).toContainEqual({ path: app.hash, reason: expect.stringContaining('refers to') });
    const keys = await keysOf(to);
    expect(keys).toContain(narInfoKey(base.hash));
    expect(keys).toContain(narInfoKey(lone.hash));
    for (const key of [narInfoKey(lib.hash), lib.narKey, narInfoKey(app.hash), manifestKey(R1)])
      expect(keys).not.toContain(key);
    await expect(exported(world, to, { releases: [R1], verifies: false })).resolves.toMatchObject({ failed: [] });
  });

  it('says what is not here: what the release lacks, and what somebody took away', async () => {
    const world = await publishedWorld();
    const { lone, base, app, lib } = world.objects;
    const manifest = await world.manifest(R1);
    if (!manifest) throw new Error('there is one');
    await world.bucket.delete(narInfoKey(lone.hash));
    const lacking = formatReleaseManifest({ ...manifest, unavailable: [{ path: lone.path, reason: 'missing' }] });
    await world.bucket.put(manifestKey(R1), lacking);
    await expect(exported(world, memoryBucket(), { releases: [R1] })).resolves.toMatchObject({
      plan: { lacking: [{ path: `${lone.hash}-lone`, reason: 'missing' }] },
      failed: [],
    });
    await world.bucket.delete(narInfoKey(base.hash));
    const { plan, failed } = await exported(world, memoryBucket(), { releases: [R1] });
    expect(plan.lacking).toContainEqual({ path: base.hash, reason: 'not here' });
    expect(new Set(failed.map(({ path }) => path))).toEqual(new Set([app.hash, lib.hash]));
  });

  it.each<readonly [string, Partial<Wanted>, (world: PublishedWorld) => Promise<unknown>]>([
    ['a release that is not settled', { releases: [R1] }, ({ bucket }) => bucket.delete(manifestKey(R1))],
    [
      'a release that is retired',
      { releases: [R1] },
      async (world) => {
        const manifest = await world.manifest(R1);
        if (!manifest) throw new Error('there is one');
        const retired = { ...manifest, retiredAt: '2026-11-24T00:00:00.000Z' };
        await world.bucket.put(manifestKey(R1), formatReleaseManifest(retired));
      },
    ],
    ['a channel that is not here', { channels: [CHANNEL] }, ({ bucket }) => bucket.delete(channelPointerKey(CHANNEL))],
  ])('refuses %s', async (_what, wanted, spoil) => {
    const world = await publishedWorld();
    await spoil(world);
    const to = memoryBucket();
    await expect(exported(world, to, wanted)).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(await keysOf(to)).toEqual([]);
  });

  it('ends with the failure of the directory that it writes to', async () => {
    const world = await publishedWorld();
    const full: Bucket = { ...memoryBucket(), put: () => Promise.reject(new BucketFailed('full')) };
    await expect(exported(world, full, { channels: [CHANNEL] })).rejects.toThrow('full');
  });
});

describe('an export in words', () => {
  it('says how much it is, what it came to, and what is lacking', async () => {
    const world = await publishedWorld();
    const absent = pathNamed('absent').hash;
    const { plan, figures, failed } = await exported(world, memoryBucket(), { channels: [CHANNEL], paths: [absent] });
    expect(planInWords(plan)).toMatch(/^5 store paths with \d+ B of NARs and the files of nixos\/unstable/);
    expect(exportedInWords(figures)).toMatch(/^5 of 5 store paths there, [\d.]+ k?B written$/);
    expect(lackingInWords('Not here', plan.lacking)).toBe(`Not here, 1 store path:\n  ${absent}: not here\n`);
    expect(lackingInWords('Not written', failed)).toBe('');
    const many = Array.from({ length: 22 }, (_, n) => ({ path: `${n}`, reason: 'missing' }));
    expect(lackingInWords('Not here', many)).toMatch(/and 2 more\n$/);
    expect(JSON.parse(exportJson({ to: 'file:///x', plan, figures, failed }))).toMatchObject({
      paths: 5,
      exported: { paths: 5 },
      lacking: [{ path: absent }],
      failed: [],
    });
  });
});
