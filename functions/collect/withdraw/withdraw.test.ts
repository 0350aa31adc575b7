import { formatPathUnavailable, unavailableKey } from '../../../events/path-unavailable.ts';
import { formatReleaseManifest, manifestKey } from '../../../events/release-manifest.ts';
import { stagedKey } from '../../../events/staged.ts';
import { hashOfWithdrawalKey, parseWithdrawal, withdrawalKey } from '../../../events/withdrawal.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { memoryLog } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { brokenPromises } from '../../../shared/testing/broken-promises.ts';
import { createJournal, keysOf } from '../../../shared/testing/journal.ts';
import { mortalBuckets } from '../../../shared/testing/mortal-buckets.ts';
import { R2 } from '../../../shared/testing/publish-world.ts';
import { type PublishedWorld, publishedWorld, R1 } from '../../../shared/testing/published-world.ts';
import { pathNamed, type StoreObject, storeObject, TEST_KEY } from '../../../shared/testing/store-objects.ts';
import type { Finding } from '../verify/finding.ts';
import { mendedBy } from '../verify/finding.ts';
import { noFigures, verify } from '../verify/verify.ts';
import { carryOut } from './carry-out.ts';
import { noteWithdrawals } from './note-withdrawals.ts';

const live = AbortSignal.timeout(120_000);

const ANY = { names: Number.POSITIVE_INFINITY, share: 1 };

const namesOf = (...objects: readonly StoreObject[]) => objects.map(({ hash }) => narInfoKey(hash)).sort();

/** What verify --repair does. Publish does nothing meanwhile, and its lease runs out. */
async function withdraw(world: PublishedWorld, buckets: Pick<PublishedWorld, 'bucket' | 'state'> = world) {
  const { clock } = world;
  clock.now += 100_000;
  const now = () => new Date(clock.now);
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  const deps = { ...buckets, trustedKeys: [TEST_KEY], now, sleep: async () => undefined };
  await verify(deps, { scope: { of: 'all' }, deep: true, figures: noFigures(), onFinding }, live);
  const log = memoryLog();
  await noteWithdrawals(
    findings.filter((finding) => mendedBy(finding) === 'withdraw'),
    { state: buckets.state, now },
    live,
  );
  const lease = createLease({ state: buckets.state, holder: 'verify', now });
  const sleep = async (ms: number) => {
    clock.now += ms;
  };
  return carryOut({ waitMs: 200_000, most: ANY }, { ...buckets, lease, log, now, sleep }, live);
}

const records = async ({ state }: PublishedWorld) =>
  Promise.all(
    (await keysOf(state, 'withdrawals/')).map(async (key) => parseWithdrawal((await getText(state, key)) ?? '')),
  );

describe('a withdrawal', () => {
  it('takes the names of all that refers to it first, then its own, then its NAR', async () => {
    const world = await publishedWorld();
    const { app, lib, base, lone, twin } = world.objects;
    await world.rot(base);
    const journal = createJournal();
    const done = await withdraw(world, {
      bucket: journal.watch('bucket', world.bucket),
      state: journal.watch('state', world.state),
    });
    expect(done).toMatchObject({ outcome: 'done', paths: 1, names: 3, nars: 1, releases: 1 });
    expect(await world.names()).toEqual(namesOf(lone, twin));
    const steps = [
      `bucket put ${manifestKey(R1)}`,
      `state put ${stagedKey(app.hash)}`,
      `bucket delete ${narInfoKey(app.hash)}`,
      `state put ${stagedKey(lib.hash)}`,
      `bucket delete ${narInfoKey(lib.hash)}`,
      `bucket delete ${narInfoKey(base.hash)}`,
      `bucket delete ${base.narKey}`,
    ];
    expect(journal.writes().filter((entry) => steps.includes(entry))).toEqual(steps);
    expect((await world.manifest(R1))?.unavailable).toEqual([
      { path: app.path, reason: 'blocked', because: base.hash },
    ]);
    expect(await brokenPromises(world)).toEqual([]);
    expect(await records(world)).toMatchObject([
      { hash: base.hash, kind: 'nar-rotten', releases: [R1], awaySince: expect.any(String) },
    ]);
  });

  it('has it brought anew, at once; the rest returns with it, and nothing of it is fetched again', async () => {
    const world = await publishedWorld();
    const { app, lib, base, lone, twin } = world.objects;
    await world.rot(base);
    await withdraw(world);
    world.clock.now += 1_000;
    const next = world.publisher();
    await next.tick(live);
    expect(world.asked()).toEqual([base.hash]);
    expect(await world.pointer()).toMatchObject({ release: R1, unavailable: { blocked: 1 } });
    await world.bring(base);
    await next.tick(live);
    expect(await world.names()).toEqual(namesOf(app, lib, base, lone, twin));
    expect((await world.manifest(R1))?.unavailable).toEqual([]);
    expect(await world.pointer()).toMatchObject({ release: R1, unavailable: {} });
    await next.tick(live);
    expect(await records(world)).toEqual([]);
    expect(await keysOf(world.state, 'staged/')).toEqual([]);
    expect(world.asked()).toEqual([base.hash]);
    expect(await withdraw(world)).toMatchObject({ outcome: 'nothing' });
  });

  it('takes with it whatever shares its NAR, and what is staged and names it', async () => {
    const world = await publishedWorld();
    const { lone, twin } = world.objects;
    const third = storeObject('third', { contents: 'shared', compression: 'zstd', references: [pathNamed('absent')] });
    await world.bring(third);
    await world.rot(lone);
    await expect(withdraw(world)).resolves.toMatchObject({ paths: 3, names: 2, nars: 1 });
    expect((await world.manifest(R1))?.unavailable.map(({ reason }) => reason)).toEqual(['withdrawn', 'withdrawn']);
    expect(await keysOf(world.state, 'staged/')).toEqual([]);
    expect(await brokenPromises(world)).toEqual([]);
    const next = world.publisher();
    await next.tick(live);
    expect([...world.asked()].sort()).toEqual([lone, twin, third].map(({ hash }) => hash).sort());
    await world.bring(lone, twin);
    await next.tick(live);
    expect(await brokenPromises(world)).toEqual([]);
    expect((await world.manifest(R1))?.unavailable).toEqual([]);
  });

  it.each<readonly [string, (world: PublishedWorld) => Promise<unknown>, readonly ('app' | 'lib' | 'base')[]]>([
    ['a NAR that is gone', ({ bucket, objects }) => bucket.delete(objects.lib.narKey), ['lib']],
    ['a narinfo that is none', ({ bucket, objects }) => bucket.put(narInfoKey(objects.lib.hash), 'garbage'), ['lib']],
    ['a reference that is gone', ({ bucket, objects }) => bucket.delete(narInfoKey(objects.base.hash)), ['base']],
    ['a listed path that is gone', ({ bucket, objects }) => bucket.delete(narInfoKey(objects.app.hash)), ['app']],
  ])('mends %s', async (_what, spoil, anew) => {
    const world = await publishedWorld();
    const { app, lib, base, lone, twin } = world.objects;
    await spoil(world);
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'done', paths: 1 });
    expect(await brokenPromises(world)).toEqual([]);
    const next = world.publisher();
    await next.tick(live);
    expect(world.asked()).toEqual(anew.map((name) => world.objects[name].hash));
    await world.bring(...anew.map((name) => world.objects[name]));
    await next.tick(live);
    await next.tick(live);
    expect(await world.names()).toEqual(namesOf(app, lib, base, lone, twin));
    expect((await world.manifest(R1))?.unavailable).toEqual([]);
    expect(await records(world)).toEqual([]);
  });

  it('leaves a NAR that came in the place of the one that was found', async () => {
    const world = await publishedWorld();
    const { base } = world.objects;
    await world.rot(base);
    const found = { kind: 'nar-rotten', key: base.narKey, hash: base.hash, evidence: 'seen' } as const;
    const nar = { key: base.narKey, etag: (await world.bucket.head(base.narKey))?.etag };
    const now = () => new Date(world.clock.now);
    await noteWithdrawals([{ ...found, nar }], { state: world.state, now }, live);
    await world.bucket.delete(base.narKey);
    await world.stage(base); // sound
    await world.state.delete(stagedKey(base.hash));
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'nothing', nars: 0 });
    expect(await world.bucket.head(base.narKey)).toBeDefined();
    expect(await brokenPromises(world)).toEqual([]);
  });

  it.each(['nar-missing', 'reference-missing', 'listed-missing', 'narinfo-damaged'] as const)(
    'is not carried out when it is not so any more: %s',
    async (kind) => {
      const world = await publishedWorld();
      const { base } = world.objects;
      const names = await world.names();
      const nar = kind === 'nar-missing' ? { nar: { key: base.narKey, etag: undefined } } : {};
      const now = () => new Date(world.clock.now);
      await noteWithdrawals(
        [{ kind, key: base.narKey, hash: base.hash, evidence: 'seen', ...nar }],
        { state: world.state, now },
        live,
      );
      await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'nothing', nars: 0 });
      expect(await world.names()).toEqual(names);
      expect(await world.bucket.head(base.narKey)).toBeDefined();
      expect(await records(world)).toEqual([]);
    },
  );

  it('lets return what a run has taken away that was killed, when the NAR is sound by then', async () => {
    const world = await publishedWorld();
    const { base, lib, app } = world.objects;
    const names = await world.names();
    await world.rot(base);
    await withdraw(world, mortalBuckets(world, 9).buckets).catch(() => undefined);
    expect(await world.names()).not.toEqual(names);
    await world.bucket.delete(base.narKey);
    await world.stage(base);
    await world.state.delete(stagedKey(base.hash));
    world.clock.now += 200_000;
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'nothing' });
    const next = world.publisher();
    for (let ticks = 0; ticks < 3; ticks += 1) await next.tick(live);
    expect(await world.names()).toEqual(names);
    expect((await world.manifest(R1))?.unavailable).toEqual([]);
    expect(await records(world)).toEqual([]);
    expect(await keysOf(world.state, 'withdrawals/')).toEqual([]);
    expect(world.asked()).not.toContain(lib.hash);
    expect(world.asked()).not.toContain(app.hash);
  });

  it('is settled for what upstream lacks by now: the manifest says so, and the channel goes on', async () => {
    const world = await publishedWorld();
    const { app, lone, twin, base } = world.objects;
    await world.rot(lone);
    await world.rot(base);
    await withdraw(world);
    const next = world.publisher();
    await next.tick(live);
    const at = new Date(world.clock.now).toISOString();
    for (const { hash } of [lone, twin, base]) {
      const record = {
        hash,
        reason: 'missing',
        evidence: '',
        since: at,
        attempts: 1,
        last: at,
        next: '2027-01-01T00:00:00.000Z',
      } as const;
      await world.state.put(unavailableKey(hash), formatPathUnavailable(record));
    }
    await next.tick(live);
    const said = (await world.manifest(R1))?.unavailable ?? [];
    expect(said).toContainEqual({ path: lone.path, reason: 'missing' });
    expect(said).toContainEqual({ path: twin.path, reason: 'missing' });
    expect(said).toContainEqual({ path: app.path, reason: 'blocked', because: base.hash });
    expect(await brokenPromises(world)).toEqual([]);
  });

  it('keeps a release waiting that counted on what is away, and lets it settle when that is back', async () => {
    const world = await publishedWorld();
    const { app, lib, base, lone } = world.objects;
    const fresh = storeObject('fresh');
    await world.see(R2, [app.path, lone.path, fresh.path], [fresh.path]); // the rest R1 guarantees
    await world.rot(base);
    await withdraw(world);
    const next = world.publisher();
    await world.bring(fresh);
    await next.tick(live);
    expect(await world.manifest(R2)).toBeUndefined();
    expect(await world.pointer()).toMatchObject({ release: R1 });
    expect(await brokenPromises(world)).toEqual([]);
    await world.bring(base);
    await next.tick(live);
    await next.tick(live);
    expect((await world.manifest(R2))?.unavailable).toEqual([]);
    expect(await world.pointer()).toMatchObject({ release: R2 });
    expect(await world.names()).toEqual(expect.arrayContaining(namesOf(app, lib, base, fresh)));
  });

  it('heals the manifest of a release that no channel stands at any more, too, whatever returns last', async () => {
    const world = await publishedWorld();
    const { app, lib, base } = world.objects;
    const before = world.publisher();
    await world.see(R2, [app.path]);
    await before.tick(live);
    expect(await world.pointer()).toMatchObject({ release: R2 });
    await world.rot(base);
    await withdraw(world);
    for (const release of [R1, R2]) expect((await world.manifest(release))?.unavailable).toHaveLength(1);
    const next = world.publisher();
    for (let ticks = 0; ticks < 3; ticks += 1) await next.tick(live);
    await world.state.delete(stagedKey(lib.hash)); // an accident
    await world.bring(base);
    for (let ticks = 0; ticks < 3; ticks += 1) await next.tick(live);
    for (const release of [R1, R2]) expect((await world.manifest(release))?.unavailable).toHaveLength(1);
    expect(await records(world)).toHaveLength(1);
    expect(world.asked()).toContain(lib.hash);
    await world.bring(lib);
    for (let ticks = 0; ticks < 2; ticks += 1) await next.tick(live);
    for (const release of [R1, R2]) expect((await world.manifest(release))?.unavailable).toEqual([]);
    expect(await records(world)).toEqual([]);
  });

  it('excuses nothing in a release that is retired', async () => {
    const world = await publishedWorld();
    const manifest = await world.manifest(R1);
    if (!manifest) throw new Error('there is one');
    const retired = formatReleaseManifest({ ...manifest, retiredAt: '2026-11-24T00:00:00.000Z' });
    await world.bucket.put(manifestKey(R1), retired);
    await world.rot(world.objects.base);
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'done', releases: 0 });
    expect(await getText(world.bucket, manifestKey(R1))).toBe(retired);
  });

  it('waits for the lease, and leaves to the next run what it does not get', async () => {
    const world = await publishedWorld();
    await world.rot(world.objects.base);
    const publisher = world.publisher('other');
    const journal = createJournal();
    const findings: Finding[] = [];
    const now = () => new Date(world.clock.now);
    const deps = { ...world, trustedKeys: [TEST_KEY], now, sleep: async () => undefined };
    await verify(
      deps,
      { scope: { of: 'all' }, deep: true, figures: noFigures(), onFinding: (one) => findings.push(one) },
      live,
    );
    await noteWithdrawals(findings, { state: world.state, now }, live);
    const lease = createLease({ state: world.state, holder: 'verify', now });
    const told = { ...world, bucket: journal.watch('bucket', world.bucket), lease, log: memoryLog(), now };
    world.clock.now += 100_000;
    await publisher.tick(live);
    const sleepless = {
      ...told,
      sleep: async () => {
        world.clock.now += 1_000;
      },
    };
    await expect(carryOut({ waitMs: 5_000, most: ANY }, sleepless, live)).resolves.toMatchObject({
      outcome: 'no-lease',
    });
    expect(journal.writes()).toEqual([]);
    const between = {
      ...told,
      sleep: async () => {
        world.clock.now += 1_000;
        await publisher.tick(live); // the publisher's turns go on
      },
    };
    await expect(carryOut({ waitMs: 60_000, most: ANY }, between, live)).resolves.toMatchObject({
      outcome: 'done',
      names: 3,
    });
    await publisher.tick(live);
    expect(world.asked()).toEqual([world.objects.base.hash]);
  });

  it('takes a name with it that can’t be read, for nobody knows what that refers to; but not many', async () => {
    for (const [damaged, outcome] of [
      [1, 'done'],
      [101, 'refused'],
    ] as const) {
      const world = await publishedWorld();
      const many = Array.from({ length: damaged }, (_, n) => storeObject(`many-${n}`));
      await world.bring(...many);
      await world.publisher().tick(live);
      for (const { hash } of many) await world.bucket.put(narInfoKey(hash), 'garbage');
      const { lone } = world.objects;
      const now = () => new Date(world.clock.now);
      const found = { kind: 'nar-rotten', key: lone.narKey, hash: lone.hash, evidence: 'seen' } as const;
      await noteWithdrawals([found], { state: world.state, now }, live);
      world.clock.now += 100_000;
      const lease = createLease({ state: world.state, holder: 'verify', now });
      const sleep = async () => undefined;
      const done = await carryOut({ waitMs: 1_000, most: ANY }, { ...world, lease, now, sleep }, live).then(
        (carried) => carried.outcome,
        (error: Error) => (error.message.includes('no rot') ? 'refused' : error.message),
      );
      expect(done).toBe(outcome);
      const left = new Set(await world.names());
      expect(many.filter(({ hash }) => left.has(narInfoKey(hash)))).toHaveLength(outcome === 'done' ? 0 : damaged);
      expect(left.has(narInfoKey(lone.hash))).toBe(outcome === 'refused');
    }
  });

  it('does nothing the second time', async () => {
    const world = await publishedWorld();
    await world.rot(world.objects.base);
    await withdraw(world);
    const names = await world.names();
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'nothing' });
    expect(await world.names()).toEqual(names);
  });

  it.each(['garbage', '{"hash":"../etc"}'])('takes no notice of a record that is damaged: %s', async (text) => {
    const world = await publishedWorld();
    const { lone } = world.objects;
    await world.state.put(withdrawalKey(lone.hash), text);
    await world.state.put('withdrawals/README', text);
    expect(hashOfWithdrawalKey('withdrawals/README')).toBeUndefined();
    await expect(withdraw(world)).resolves.toMatchObject({ outcome: 'nothing' });
    await expect(world.publisher().tick(live)).resolves.toMatchObject({ outcome: 'ticked' });
    expect(world.log.lines.map(({ event }) => event)).toContain('withdrawal.damaged');
  });
});

describe('cut at any write', () => {
  const spoilers: readonly (readonly [string, (world: PublishedWorld) => Promise<unknown>])[] = [
    ['base', (world) => world.rot(world.objects.base)],
    ['what two share', (world) => world.rot(world.objects.lone)],
  ];

  it.each(spoilers)('a withdrawal of %s keeps every promise, and the next run ends it', async (_what, spoil) => {
    let cuts = 0;
    for (let writes = 0; ; writes += 1) {
      const world = await publishedWorld();
      await spoil(world);
      const { life, buckets } = mortalBuckets(world, writes);
      await withdraw(world, buckets).catch(() => undefined);
      if (life.left >= 0) break;
      cuts += 1;
      expect(await brokenPromises(world)).toEqual([]);
      world.clock.now += 200_000; // its lease has run out
      await world.publisher().tick(live); // publish goes on in between
      expect(await brokenPromises(world)).toEqual([]);
      await withdraw(world);
      expect(await brokenPromises(world)).toEqual([]);
      world.clock.now += 1_000;
      const next = world.publisher();
      await next.tick(live);
      await world.bring(...Object.values(world.objects));
      await next.tick(live);
      await next.tick(live);
      expect(await world.names()).toEqual(namesOf(...Object.values(world.objects)));
      expect((await world.manifest(R1))?.unavailable).toEqual([]);
      expect(await records(world)).toEqual([]);
      expect(await keysOf(world.state, 'staged/')).toEqual([]);
    }
    expect(cuts).toBeGreaterThan(8);
  });

  it('the return of what was withdrawn keeps every promise, and the next publisher ends it', async () => {
    let cuts = 0;
    for (let writes = 0; ; writes += 1) {
      const world = await publishedWorld();
      await world.rot(world.objects.base);
      await withdraw(world);
      world.clock.now += 1_000;
      await world.bring(world.objects.base);
      const { publisher, life } = world.mortalPublisher(writes);
      for (let ticks = 0; ticks < 2; ticks += 1) await publisher.tick(live).catch(() => undefined);
      if (life.left >= 0) break;
      cuts += 1;
      expect(await brokenPromises(world)).toEqual([]);
      const next = world.publisher();
      for (let ticks = 0; ticks < 3; ticks += 1) await next.tick(live);
      expect(await world.names()).toEqual(namesOf(...Object.values(world.objects)));
      expect((await world.manifest(R1))?.unavailable).toEqual([]);
      expect(await world.pointer()).toMatchObject({ release: R1, unavailable: {} });
      expect(await records(world)).toEqual([]);
    }
    expect(cuts).toBeGreaterThan(8);
  });
});
