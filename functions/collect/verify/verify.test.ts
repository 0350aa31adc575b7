import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { channelPointerKey } from '../../../events/channel-pointer.ts';
import { CONDEMNED_KEY, formatCondemned } from '../../../events/condemned.ts';
import { formatReleaseManifest, manifestKey, releaseKey } from '../../../events/release-manifest.ts';
import { formatReleaseRecord, parseReleaseRecord, releaseRecordKey } from '../../../events/release-record.ts';
import { withdrawalKey } from '../../../events/withdrawal.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { BucketDown, BucketFailed } from '../../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { createJournal } from '../../../shared/testing/journal.ts';
import { CHANNEL, type PublishedWorld, publishedWorld, R1 } from '../../../shared/testing/published-world.ts';
import { pathNamed, storeObject, TEST_KEY } from '../../../shared/testing/store-objects.ts';
import type { Finding } from './finding.ts';
import type { Scope } from './scope.ts';
import { noFigures, verify } from './verify.ts';

const live = AbortSignal.timeout(60_000);
const sleep = async () => undefined;
const LATER = Date.now() + 2 * 3_600_000;

interface Stumbling {
  readonly over?: (key: string) => boolean;
  readonly times?: number;
}

interface Asked {
  readonly scope?: Scope;
  readonly deep?: boolean;
  readonly bucket?: Bucket;
}

async function verified(
  { bucket, state }: PublishedWorld,
  { scope = { of: 'all' }, deep = false, ...more }: Asked = {},
) {
  const findings: Finding[] = [];
  const figures = noFigures();
  const now = () => new Date(LATER);
  const deps = { bucket: more.bucket ?? bucket, state, trustedKeys: [TEST_KEY], now, sleep };
  await verify(deps, { scope, deep, figures, onFinding: (finding) => findings.push(finding) }, live);
  return { figures, findings, told: findings.map(({ kind, key }) => `${kind} ${key}`).sort() };
}

const LIST = releaseKey(R1, 'store-paths.xz');

async function contents(bucket: Bucket, key: string): Promise<Buffer> {
  const object = await bucket.get(key);
  return object ? bytesOf(object.body) : Buffer.alloc(0);
}

const withMetadata = async (bucket: Bucket, key: string, body: string, metadata: Readonly<Record<string, string>>) => {
  await bucket.put(key, body, { metadata });
};

describe('verify', () => {
  it('has nothing to say of a mirror that is as it should be, however closely it looks', async () => {
    const world = await publishedWorld();
    expect(await verified(world)).toMatchObject({ told: [], figures: { names: 5, of: 5, nars: 0, releases: 1 } });
    const { told, figures } = await verified(world, { deep: true });
    const files = new Map(Object.values(world.objects).map(({ narKey, narFile }) => [narKey, narFile.length]));
    const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
    expect({ told, ...figures }).toMatchObject({ told: [], nars: 4, bytes, broken: 0, notes: 0 }); // two share one
  });

  it('knows a file of a release by its bytes only when it reads them, and by its size at once', async () => {
    const world = await publishedWorld();
    const { bucket } = world;
    const key = releaseKey(R1, 'nixexprs.tar.xz');
    const sha256 = createHash('sha256').update('the file').digest('hex');
    const record = parseReleaseRecord((await contents(bucket, releaseRecordKey(R1))).toString());
    const files = [...record.files, { name: 'nixexprs.tar.xz', size: 8, sha256 }];
    await bucket.put(releaseRecordKey(R1), formatReleaseRecord({ ...record, files }));
    const hold = (body: string) => bucket.put(key, body, { metadata: { sha256 } });
    await hold('the file');
    expect(await verified(world, { deep: true })).toMatchObject({ told: [], figures: { files: 2 } });
    await hold('the fiie');
    expect((await verified(world)).told).toEqual([]);
    expect((await verified(world, { deep: true })).told).toEqual([`file-damaged ${key}`]);
    await hold('the file and more');
    expect((await verified(world)).findings).toMatchObject([
      { kind: 'file-damaged', evidence: 'it has 17 bytes, not 8' },
    ]);
  });

  it('says nothing of what collect has condemned, and counts what is withdrawn', async () => {
    const world = await publishedWorld();
    const { bucket, state } = world;
    for (const key of ['nar/old.nar', 'nar/older.nar'])
      await bucket.put(key, 'x', { metadata: { 'store-path': 'q-1' } });
    const since = new Map([['nar/older.nar', Date.now()]]);
    await state.put(CONDEMNED_KEY, formatCondemned({ at: new Date().toISOString(), since }));
    await state.put(withdrawalKey(world.objects.lone.hash), '{}');
    expect(await verified(world)).toMatchObject({ told: ['nar-orphan nar/old.nar'], figures: { withdrawn: 1 } });
  });

  it('writes nothing', async () => {
    const world = await publishedWorld();
    await world.rot(world.objects.lib);
    const journal = createJournal();
    await verified(
      { ...world, bucket: journal.watch('b', world.bucket), state: journal.watch('s', world.state) },
      { deep: true },
    );
    expect(journal.writes()).toEqual([]);
    expect(journal.entries.length).toBeGreaterThan(10);
  });

  it.each<readonly [string, (world: PublishedWorld) => Promise<unknown>, (world: PublishedWorld) => readonly string[]]>(
    [
      [
        'a NAR that is gone',
        ({ bucket, objects }) => bucket.delete(objects.lib.narKey),
        ({ objects }) => [`nar-missing ${objects.lib.narKey}`],
      ],
      [
        'a NAR that is cut',
        async ({ bucket, objects: { lib } }) => {
          const { metadata = {} } = (await bucket.head(lib.narKey)) ?? {};
          await bucket.put(lib.narKey, lib.narFile.subarray(0, 20), { metadata });
        },
        ({ objects }) => [`nar-rotten ${objects.lib.narKey}`],
      ],
      [
        'a NAR that was verified for another path',
        ({ bucket, objects: { lib, app } }) =>
          withMetadata(bucket, lib.narKey, 'x', { 'nar-hash': app.narHash, 'store-path': `${lib.hash}-lib` }),
        ({ objects }) => [`nar-mislabelled ${objects.lib.narKey}`],
      ],
      [
        'a NAR that came without its labels',
        ({ bucket, objects: { lib } }) => bucket.put(lib.narKey, lib.narFile),
        ({ objects }) => [`nar-mislabelled ${objects.lib.narKey}`],
      ],
      [
        'a narinfo that is none',
        ({ bucket, objects }) => bucket.put(narInfoKey(objects.app.hash), 'garbage'),
        ({ objects }) => [`narinfo-damaged ${narInfoKey(objects.app.hash)}`],
      ],
      [
        'a narinfo that nobody signed',
        ({ bucket, objects: { app } }) =>
          bucket.put(narInfoKey(app.hash), app.narInfo.replace(/^NarSize: /m, 'NarSize: 1')),
        ({ objects }) => [`narinfo-untrusted ${narInfoKey(objects.app.hash)}`],
      ],
      [
        'a narinfo of another path',
        ({ bucket, objects: { app, lone } }) => bucket.put(narInfoKey(app.hash), lone.narInfo),
        ({ objects }) => [`narinfo-untrusted ${narInfoKey(objects.app.hash)}`],
      ],
      [
        'a reference that is not visible',
        ({ bucket, objects }) => bucket.delete(narInfoKey(objects.base.hash)),
        ({ objects: { base } }) => [
          `listing-orphan ${listingKey(base.hash)}`,
          `nar-orphan ${base.narKey}`,
          `reference-missing ${narInfoKey(base.hash)}`,
        ],
      ],
      [
        'a listing that is gone',
        ({ bucket, objects }) => bucket.delete(listingKey(objects.lone.hash)),
        ({ objects }) => [`listing-missing ${listingKey(objects.lone.hash)}`],
      ],
      [
        'a listed path that is neither here nor excused',
        ({ bucket, objects }) => bucket.delete(narInfoKey(objects.app.hash)),
        ({ objects: { app } }) => [
          `listed-missing ${narInfoKey(app.hash)}`,
          `listing-orphan ${listingKey(app.hash)}`,
          `nar-orphan ${app.narKey}`,
        ],
      ],
      [
        'a list that is not one',
        ({ bucket }) => bucket.put(releaseKey(R1, 'store-paths.xz'), 'garbage'),
        () => [`file-damaged ${releaseKey(R1, 'store-paths.xz')}`, `list-damaged ${releaseKey(R1, 'store-paths.xz')}`],
      ],
      [
        'a file of a release that is gone',
        ({ bucket }) => bucket.delete(releaseKey(R1, 'store-paths.xz')),
        () => [`file-missing ${releaseKey(R1, 'store-paths.xz')}`, `list-damaged ${releaseKey(R1, 'store-paths.xz')}`],
      ],
      [
        'a file of a release without its labels',
        async ({ bucket }) => bucket.put(LIST, await contents(bucket, LIST)),
        () => [`file-damaged ${LIST}`],
      ],
      [
        'what upstream says of a release, when it is gone',
        ({ bucket }) => bucket.delete(releaseRecordKey(R1)),
        () => [`record-damaged ${releaseRecordKey(R1)}`],
      ],
      [
        'a manifest that is not one',
        ({ bucket }) => bucket.put(manifestKey(R1), 'garbage'),
        () => [`manifest-damaged ${manifestKey(R1)}`],
      ],
      [
        'a pointer that is not one',
        ({ bucket }) => bucket.put(channelPointerKey(CHANNEL), 'garbage'),
        () => [`pointer-damaged ${channelPointerKey(CHANNEL)}`],
      ],
      [
        'a channel at a release that is not settled',
        ({ bucket }) => bucket.delete(manifestKey(R1)),
        () => [`pointer-unsettled ${channelPointerKey(CHANNEL)}`],
      ],
    ],
  )('finds %s', async (_what, spoil, expected) => {
    const world = await publishedWorld();
    await spoil(world);
    const { told } = await verified(world);
    expect(told).toEqual([...expected(world)].sort());
  });

  it('finds a flipped bit only when it reads, in every path that shares the NAR, and says what is to go', async () => {
    const world = await publishedWorld();
    const { lone, twin } = world.objects;
    await world.rot(lone);
    expect((await verified(world)).told).toEqual([]);
    const { told, findings } = await verified(world, { deep: true });
    expect(told).toEqual([`nar-rotten ${lone.narKey}`]);
    const etag = (await world.bucket.head(lone.narKey))?.etag;
    expect(findings).toMatchObject([{ evidence: expect.stringContaining('zstd'), nar: { key: twin.narKey, etag } }]);
  });

  it('excuses what a manifest excuses, and all of a release that is retired', async () => {
    const world = await publishedWorld();
    const { lone } = world.objects;
    const manifest = await world.manifest(R1);
    if (!manifest) throw new Error('there is one');
    for (const key of [narInfoKey(lone.hash), listingKey(lone.hash)]) await world.bucket.delete(key);
    const excused = { ...manifest, unavailable: [{ path: lone.path, reason: 'missing' as const }] };
    await world.bucket.put(manifestKey(R1), formatReleaseManifest(excused));
    expect((await verified(world)).told).toEqual([]);
    const retired = { ...manifest, retiredAt: '2026-11-24T00:00:00.000Z' };
    await world.bucket.put(manifestKey(R1), formatReleaseManifest(retired));
    await world.bucket.delete(channelPointerKey(CHANNEL));
    expect((await verified(world)).told).toEqual([]);
  });

  it('calls nothing an orphan that is staged, was just brought, or is named by then', async () => {
    const world = await publishedWorld();
    await world.bring(storeObject('staged', { references: [pathNamed('absent')] }));
    await world.bucket.put('nar/old.nar', 'x', { metadata: { 'store-path': 'q-1' } });
    await world.bucket.put('nar/named.nar', 'x', { metadata: { 'store-path': `${world.objects.app.hash}-app` } });
    expect((await verified(world)).told).toEqual(['nar-orphan nar/old.nar']);
    const findings: string[] = [];
    const deps = { ...world, trustedKeys: [TEST_KEY], now: () => new Date(), sleep };
    const onFinding = ({ key }: Finding) => findings.push(key);
    await verify(deps, { scope: { of: 'all' }, deep: false, figures: noFigures(), onFinding }, live);
    expect(findings).toEqual([]);
  });

  it('looks at some, with all that they refer to, and at nothing else', async () => {
    const world = await publishedWorld();
    const { app, lib, base, lone } = world.objects;
    for (const { narKey } of [base, lone]) await world.bucket.delete(narKey);
    const some = async (scope: Scope) => (await verified(world, { scope })).told;
    expect(await some({ of: 'paths', paths: [app.hash] })).toEqual([`nar-missing ${base.narKey}`]);
    expect(await some({ of: 'paths', paths: [lone.hash, lib.hash] })).toHaveLength(2);
    expect(await some({ of: 'channels', channels: [CHANNEL] })).toHaveLength(2);
    expect(await some({ of: 'releases', releases: [R1] })).toHaveLength(2);
    const absent = pathNamed('absent').hash;
    expect(await some({ of: 'paths', paths: [absent] })).toEqual([`not-here ${narInfoKey(absent)}`]);
  });

  it('accuses nobody who is just taking a name away, or putting another in its place', async () => {
    const world = await publishedWorld();
    const { app } = world.objects;
    await world.bucket.delete(app.narKey);
    const bucket: Bucket = {
      ...world.bucket,
      head: async (key, signal) => {
        if (key === app.narKey) await world.bucket.delete(narInfoKey(app.hash));
        return world.bucket.head(key, signal);
      },
    };
    const { told } = await verified(world, { bucket, scope: { of: 'paths', paths: [app.hash] } });
    expect(told).toEqual([]);
  });

  it.each([
    ['has nothing to say of a NAR that is brought anew while it is read', 1, []],
    ['says once of a NAR that is never there when it is read that it was not read', 1e9, ['unread']],
  ] as const)('%s', async (_what, misses, kinds) => {
    const world = await publishedWorld();
    const { base } = world.objects;
    let gets = 0;
    const bucket: Bucket = {
      ...world.bucket,
      get: async (key, options) => {
        if (key !== base.narKey) return world.bucket.get(key, options);
        gets += 1;
        if (gets > 1_000) throw new Error('it goes on for ever');
        return gets > misses ? world.bucket.get(key, options) : undefined;
      },
    };
    const { findings } = await verified(world, { bucket, deep: true });
    expect(findings.map(({ kind }) => kind)).toEqual(kinds);
    expect(gets).toBeLessThan(10);
  });

  it('tells what one object’s failure keeps it from reading, and ends when it is the bucket’s', async () => {
    const world = await publishedWorld();
    const { app } = world.objects;
    const failing = (error: Error, when: (key: string) => boolean): Bucket => ({
      ...world.bucket,
      get: (key, options) => (when(key) ? Promise.reject(error) : world.bucket.get(key, options)),
    });
    const failure = new BucketFailed('could not get it', { code: 'EACCES' });
    const one = await verified(world, { bucket: failing(failure, (key) => key === narInfoKey(app.hash)) });
    expect(one.told).toContain(`unread ${narInfoKey(app.hash)}`);
    const down = failing(new BucketDown('down'), (key) => key.endsWith('.narinfo'));
    await expect(verified(world, { bucket: down })).rejects.toMatchObject({ code: 'BUCKET_DOWN' });
  });

  /** A disk that stumbles over some NARs, so many times. */
  function stumbling(world: PublishedWorld, code: string, { over = () => true, times = 1e9 }: Stumbling = {}): Bucket {
    let left = times;
    return {
      ...world.bucket,
      get: async (key, options) => {
        const found = await world.bucket.get(key, options);
        if (!found || !key.startsWith('nar/') || !over(key) || left <= 0) return found;
        left -= 1;
        const body = (async function* () {
          yield Buffer.from('x');
          throw new BucketFailed('could not get it', { code });
        })();
        return { ...found, body };
      },
    };
  }

  it('takes a place that the disk can’t read any more for rot, and any other failure of the bucket for none', async () => {
    const world = await publishedWorld();
    const { app } = world.objects;
    const over = (key: string) => key === app.narKey;
    const told = async (code: string) =>
      (await verified(world, { deep: true, bucket: stumbling(world, code, { over }) })).told;
    expect(await told('EIO')).toEqual([`nar-rotten ${app.narKey}`]);
    expect(await told('ECONNRESET')).toEqual([`unread ${narInfoKey(app.hash)}`]);
  });

  it('calls no NAR rotten that can be read a moment later', async () => {
    const world = await publishedWorld();
    const { lone } = world.objects;
    expect((await verified(world, { deep: true, bucket: stumbling(world, 'EIO', { times: 1 }) })).told).toEqual([]);
    let flips = 1;
    const flipping: Bucket = {
      ...world.bucket,
      get: async (key, options) => {
        const found = await world.bucket.get(key, options);
        if (!found || key !== lone.narKey || flips-- <= 0) return found;
        return { ...found, body: Readable.from([lone.narFile.subarray(0, 20)]) };
      },
    };
    expect((await verified(world, { deep: true, bucket: flipping })).told).toEqual([]);
  });

  it('calls a disk that reads nothing any more a failure of the bucket, and hardly any NAR rotten', async () => {
    const world = await publishedWorld();
    const many = Array.from({ length: 60 }, (_, n) => storeObject(`many-${n}`));
    await world.bring(...many);
    await world.publisher().tick(live);
    const findings: Finding[] = [];
    const deps = { ...world, bucket: stumbling(world, 'EIO'), trustedKeys: [TEST_KEY], now: () => new Date(), sleep };
    const onFinding = (finding: Finding) => findings.push(finding);
    const verifying = verify(deps, { scope: { of: 'all' }, deep: true, figures: noFigures(), onFinding }, live);
    await expect(verifying).rejects.toMatchObject({ code: 'BUCKET_FAILED' });
    expect(findings.filter(({ kind }) => kind === 'nar-rotten').length).toBeLessThanOrEqual(3);
  });
});
