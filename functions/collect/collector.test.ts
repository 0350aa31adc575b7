import { channelPointerKey } from '../../events/channel-pointer.ts';
import { channelSeenKey } from '../../events/channel-seen.ts';
import { COLLECTED_KEY, parseCollected } from '../../events/collected.ts';
import { CONDEMNED_KEY } from '../../events/condemned.ts';
import { fanOutKey } from '../../events/fan-out.ts';
import { formatPathUnavailable, unavailableKey } from '../../events/path-unavailable.ts';
import { formatPins, PINS_KEY } from '../../events/pins.ts';
import { manifestKey, parseReleaseManifest, RETIRED_AT, releaseKey } from '../../events/release-manifest.ts';
import { formatReleaseRecord, parseReleaseRecord, releaseRecordKey } from '../../events/release-record.ts';
import { stagedKey } from '../../events/staged.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { listingKey, narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseChannelName } from '../../shared/nix/release.ts';
import {
  type CollectWorld,
  collectWorld,
  mortal,
  namesOf,
  narsOf,
  releaseNumber,
  UNSTABLE,
} from '../../shared/testing/collect-world.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import {
  all,
  base,
  expectWhole,
  lib,
  lone,
  longMovedOn,
  movedOn,
  newApp,
  oldApp,
  r1,
  r2,
  r3,
} from '../../shared/testing/moved-channel.ts';
import { pathNamed, storeObject } from '../../shared/testing/store-objects.ts';

const outcomeOf = async ({ state }: CollectWorld) => parseCollected((await getText(state, COLLECTED_KEY)) ?? '');

describe('collect', () => {
  it('keeps what a newer release took the place of for RETAIN_DAYS', async () => {
    const world = await movedOn();
    world.pass(29);
    await expect(world.collect()).resolves.toMatchObject({ outcome: 'collected' });
    expect((await world.condemned()).size).toBe(0);
  });

  it('keeps the newest releases, however long ago that was', async () => {
    const world = await longMovedOn();
    await world.collect({ releases: 2 });
    expect((await world.condemned()).size).toBe(0);
  });

  it('condemns first, deletes names a grace period later, and NARs with their listings 31 days after that', async () => {
    const world = await longMovedOn();
    await world.collect();
    expect([...(await world.condemned()).keys()].sort()).toEqual([...namesOf(lib, oldApp), `releases/${r1}`].sort());
    world.pass(6.9);
    await world.collect();
    expect(await world.names()).toEqual(namesOf(...all));
    world.pass(0.2);
    await expect(world.collect()).resolves.toMatchObject({ figures: { deletedNames: 2, retiredReleases: 1 } });
    expect(await world.names()).toEqual(namesOf(base, newApp));
    expect(await world.nars()).toEqual(narsOf(...all));
    await world.collect(); // the names are gone, and their NARs are nobody's from now on
    world.pass(30.9);
    await world.collect();
    expect(await world.nars()).toEqual(narsOf(...all));
    expect(await world.bucket.head(listingKey(lib.hash))).toBeDefined();
    world.pass(0.2);
    await expect(world.collect()).resolves.toMatchObject({ figures: { deletedNars: 2 } });
    expect(await world.nars()).toEqual(narsOf(base, newApp));
    expect(await world.bucket.head(listingKey(lib.hash))).toBeUndefined();
    expect(await world.bucket.head(listingKey(base.hash))).toBeDefined();
  });

  it('deletes referrers before references, and retires the release before any of it', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const journal = createJournal();
    const watched = { bucket: journal.watch('bucket', world.bucket), state: journal.watch('state', world.state) };
    await world.collector({}, watched).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    expect(journal.writes().filter((entry) => !/lease.json|condemned|collected|snapshots/.test(entry))).toEqual([
      `state delete ${fanOutKey(r1)}`,
      `state delete releases/${r1}/progress.json`,
      `bucket put ${manifestKey(r1)}`,
      `bucket delete ${narInfoKey(oldApp.hash)}`,
      `bucket delete ${narInfoKey(lib.hash)}`,
    ]);
  });

  it('leaves of a retired release what flakes lock, says so in its manifest, and takes its images', async () => {
    const world = await longMovedOn();
    const image = { name: 'nixos-minimal-26.11pre1.iso', size: 3, sha256: 'a'.repeat(64) };
    const file = { ...image, name: 'nixexprs.tar.xz' };
    const dates = { releasedAt: world.now().toISOString(), lastModified: 1 };
    await world.bucket.put(releaseKey(r1, image.name), 'iso');
    await world.bucket.put(
      releaseRecordKey(r1),
      formatReleaseRecord({ release: r1, revision: '', ...dates, files: [file, image] }),
    );
    await world.collect();
    world.pass(8);
    await world.collect();
    const manifest = parseReleaseManifest((await getText(world.bucket, manifestKey(r1))) ?? '');
    expect(manifest.retiredAt).toBe(world.now().toISOString());
    expect((await world.bucket.head(manifestKey(r1)))?.metadata).toHaveProperty(RETIRED_AT, manifest.retiredAt);
    expect(await keysOf(world.bucket, `releases/${r1}/`)).toEqual(
      ['manifest.json', 'nixexprs.tar.xz', 'release.json', 'store-paths.xz'].map((name) => releaseKey(r1, name)),
    );
    expect(parseReleaseRecord((await getText(world.bucket, releaseRecordKey(r1))) ?? '').files).toEqual([file]);
    world.pass(100);
    await world.collect();
    expect((await world.condemned()).has(`releases/${r1}`)).toBe(false); // once is enough
  });

  it('spares what became needed within the grace period, and counts anew when it is not any more', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(6);
    await world.state.put(PINS_KEY, formatPins([{ what: { path: lib.path }, at: world.now().toISOString() }]));
    await world.collect();
    world.pass(2);
    await world.collect();
    expect(await world.names()).toEqual(namesOf(base, lib, newApp));
    await world.state.delete(PINS_KEY);
    await world.collect();
    world.pass(6);
    await world.collect();
    expect(await world.names()).toEqual(namesOf(base, lib, newApp));
    world.pass(2);
    await world.collect();
    expect(await world.names()).toEqual(namesOf(base, newApp));
  });

  it('keeps a pinned path with all that it refers to, and a pinned release with all that it lists', async () => {
    const at = '2026-11-25T00:00:00.000Z';
    for (const pin of [{ path: oldApp.path }, { release: r1 }]) {
      const world = await longMovedOn();
      await world.state.put(PINS_KEY, formatPins([{ what: pin, at }]));
      await world.collect();
      expect([...(await world.condemned()).keys()].filter((key) => key.endsWith('.narinfo'))).toEqual([]);
    }
  });

  it('keeps what came on no release’s account for RETAIN_DAYS after it was published', async () => {
    const world = await longMovedOn();
    await world.show(lone); // a reader asked for it
    await world.collect();
    world.pass(29);
    await world.collect();
    expect((await world.condemned()).has(narInfoKey(lone.hash))).toBe(false);
    world.pass(2);
    await world.collect();
    expect((await world.condemned()).has(narInfoKey(lone.hash))).toBe(true);
  });

  it('keeps what a release under way lists', async () => {
    const world = await longMovedOn();
    await world.fanOut(r3, [oldApp.path]);
    await world.see([r1, r2, r3]);
    await world.collect();
    expect([...(await world.condemned()).keys()]).toEqual([`releases/${r1}`]);
  });

  it('keeps what a list counts on that detect has not noted yet', async () => {
    const world = await longMovedOn();
    await world.fanOut(r3, [oldApp.path]); // and detect was cut
    await world.collect();
    expect([...(await world.condemned()).keys()]).toEqual([`releases/${r1}`]);
  });

  it('keeps a NAR as long as one of the names that share it', async () => {
    const world = collectWorld();
    const [one, twin] = [storeObject('one', { contents: 'same' }), storeObject('twin', { contents: 'same' })];
    await world.show(one, twin);
    await world.fanOut(r1, [one.path]);
    await world.settle(r1);
    await world.see([r1]);
    await world.point(r1);
    for (const days of [31, 8, 32, 32]) {
      world.pass(days);
      await world.collect();
    }
    expect(await world.names()).toEqual(namesOf(one));
    expect(await world.nars()).toEqual([one.narKey]);
  });

  it('takes a NAR that never had a name after 31 days, unless its path is staged by then', async () => {
    const world = await movedOn();
    const [cut, late] = [storeObject('cut'), storeObject('late')];
    await world.bring(cut);
    await world.bring(late);
    await world.collect();
    world.pass(30);
    await world.state.put(stagedKey(late.hash), late.narInfo);
    world.pass(2);
    await world.collect();
    expect(await world.nars()).toEqual(narsOf(...all, late));
    expect(await world.bucket.head(listingKey(late.hash))).toBeDefined();
    expect(await world.bucket.head(listingKey(cut.hash))).toBeUndefined();
  });

  it('does not take a NAR that was brought again a moment ago', async () => {
    const world = await movedOn();
    await world.bring(lone);
    await world.collect();
    world.pass(32);
    await world.bucket.delete(lone.narKey);
    await world.bucket.put(lone.narKey, lone.narFile, { metadata: { 'nar-hash': lone.narHash } });
    await world.collect();
    expect(await world.nars()).toContain(lone.narKey);
  });

  it('takes what is staged, unavailable or overtime and nobody waits for', async () => {
    const world = await movedOn();
    const at = world.now().toISOString();
    const record = { reason: 'missing' as const, evidence: '', since: at, attempts: 1, last: at, next: at };
    const [absent, wanted] = [pathNamed('absent'), pathNamed('wanted')];
    const waiting = storeObject('waiting', { references: [absent] });
    await world.bring(waiting);
    await world.state.put(stagedKey(waiting.hash), waiting.narInfo); // blocked for ever
    for (const { hash } of [absent, wanted]) {
      await world.state.put(unavailableKey(hash), formatPathUnavailable({ hash, ...record }));
      await world.state.put(`overtime/${hash}.json`, '{"runs":1}');
    }
    await world.state.put(`overtime/${base.hash}.json`, '{"runs":1}'); // it has come
    await world.fanOut(r2, [newApp.path, wanted]);
    const left = async () => [
      ...(await keysOf(world.state, 'staged/')),
      ...(await keysOf(world.state, 'unavailable/')),
      ...(await keysOf(world.state, 'overtime/')),
    ];
    await world.collect();
    world.pass(8);
    await world.collect();
    expect(await left()).toHaveLength(5); // staged lately: what it waits for is waited for
    world.pass(31);
    await world.collect();
    world.pass(8);
    await world.collect();
    expect(await left()).toEqual([unavailableKey(wanted.hash), `overtime/${wanted.hash}.json`]);
  });

  it('leaves a channel that is not followed any more RETAIN_DAYS after it saw that, with its pointer first', async () => {
    const world = await movedOn();
    const stable = parseChannelName('nixos-26.05');
    const other = releaseNumber(9);
    await world.show(lone);
    await world.fanOut(other, [lone.path]);
    await world.settle(other);
    await world.see([other], stable);
    await world.point(other, stable);
    world.pass(100);
    await world.collect();
    world.pass(29);
    await world.collect();
    expect(await world.bucket.head(channelPointerKey(stable))).toBeDefined();
    world.pass(2);
    await world.collect();
    expect(await world.bucket.head(channelPointerKey(stable))).toBeUndefined();
    expect(await world.state.head(channelSeenKey(stable))).toBeUndefined();
    expect(await world.names()).toContain(narInfoKey(lone.hash));
    await world.collect();
    world.pass(8);
    await world.collect();
    expect(await world.names()).not.toContain(narInfoKey(lone.hash));
    expect(await world.bucket.head(channelPointerKey(UNSTABLE))).toBeDefined();
  });

  it('forgets a release that never settled and was left behind, with all its files', async () => {
    const world = await movedOn();
    const behind = releaseNumber(50);
    await world.fanOut(behind, [lone.path]);
    await world.see([behind, r1, ...Array.from({ length: 9 }, (_, n) => releaseNumber(100 + n)), r2]);
    await world.collect();
    world.pass(8);
    await world.collect();
    expect(await keysOf(world.bucket, `releases/${behind}/`)).toEqual([]);
    expect(await keysOf(world.state, `releases/${behind}/`)).toEqual([]);
  });

  it('takes the links to debug symbols with the NAR that they name, and no other', async () => {
    const world = await longMovedOn();
    const { formatListing } = await import('../../shared/nix/nar-listing.ts');
    const { brotliCompressSync } = await import('node:zlib');
    const file = { type: 'regular' as const, size: 1, executable: false, narOffset: 1 };
    const tree = ['lib', 'debug', '.build-id', 'ab'].reduceRight<Parameters<typeof formatListing>[0]['root']>(
      (below, name) => ({ type: 'directory', entries: new Map([[name, below]]) }),
      {
        type: 'directory',
        entries: new Map([`${'1'.repeat(38)}.debug`, `${'2'.repeat(38)}.debug`].map((name) => [name, file])),
      },
    );
    await world.bucket.put(listingKey(lib.hash), brotliCompressSync(formatListing({ version: 1, root: tree })));
    const link = (n: number) => `debuginfo/ab${String(n).repeat(38)}`;
    await world.bucket.put(link(1), JSON.stringify({ archive: `../${lib.narKey}`, member: 'x' }));
    await world.bucket.put(link(2), JSON.stringify({ archive: `../${newApp.narKey}`, member: 'x' }));
    for (const days of [0, 8, 0, 32]) {
      world.pass(days);
      await world.collect();
    }
    expect(await keysOf(world.bucket, 'debuginfo/')).toEqual([link(2)]);
  });

  it('takes the log of a derivation when no name was built by it any more', async () => {
    const world = await movedOn();
    const drv = pathNamed('some.drv');
    const built = storeObject('built', { wrong: { Deriver: `${drv.hash}-${drv.name}` } });
    await world.show(built);
    await world.bucket.put(`log/${drv.hash}-${drv.name}`, 'log');
    await world.bucket.put(`log/${base.hash}-other.drv`, 'log');
    await world.collect();
    world.pass(32);
    await world.collect();
    expect(await keysOf(world.bucket, 'log/')).toEqual([`log/${drv.hash}-${drv.name}`]);
  });

  describe('with RETAIN_BYTES', () => {
    const bytes = (...objects: readonly { readonly narFile: Buffer }[]) =>
      objects.reduce((sum, { narFile }) => sum + narFile.length, 0);

    it('lets the longest superseded go first when there is no room for them', async () => {
      const world = await movedOn();
      world.pass(2);
      await world.collect({ releases: 9, mostBytes: bytes(...all) });
      expect((await world.condemned()).size).toBe(0);
      await world.collect({ releases: 9, mostBytes: bytes(...all) - 1 });
      expect([...(await world.condemned()).keys()].sort()).toEqual([...namesOf(lib, oldApp), `releases/${r1}`].sort());
    });

    it('never goes below where channels stand, and says that it can’t', async () => {
      const world = await movedOn();
      world.pass(2);
      await world.collect({ mostBytes: 1 });
      world.pass(8);
      await world.collect({ mostBytes: 1 });
      expect(await world.names()).toEqual(namesOf(base, newApp));
      expect(world.log.lines).toContainEqual(
        expect.objectContaining({ event: 'collect.over-budget', bytes: bytes(base, newApp), limit: 1 }),
      );
    });

    it('takes no release that a channel left less than a day ago', async () => {
      const world = await movedOn();
      await world.collect({ mostBytes: 1 });
      expect((await world.condemned()).size).toBe(0);
    });
  });

  describe('takes nothing away', () => {
    const unlisted = parseChannelName('nixos-26.05');
    it.each<[string, (world: CollectWorld) => Promise<unknown>, Parameters<CollectWorld['collect']>[0]]>([
      ['a pointer can’t be read', ({ bucket }) => bucket.put(channelPointerKey(UNSTABLE), '{'), {}],
      ['what detect saw can’t be read', ({ state }) => state.put(channelSeenKey(UNSTABLE), '{'), {}],
      ['a manifest can’t be read', ({ bucket }) => bucket.put(manifestKey(r2), '{'), {}],
      ['a list can’t be read', ({ bucket }) => bucket.put(releaseKey(r2, 'store-paths.xz'), 'x'), {}],
      [
        'a list is cut',
        async ({ bucket }) => {
          const list = await bucket.get(releaseKey(r2, 'store-paths.xz'));
          const bytes = Buffer.concat(await Array.fromAsync(list?.body ?? []));
          await bucket.put(releaseKey(r2, 'store-paths.xz'), bytes.subarray(0, -20));
        },
        {},
      ],
      ['a list is not there', ({ bucket }) => bucket.delete(releaseKey(r2, 'store-paths.xz')), {}],
      ['the pins can’t be read', ({ state }) => state.put(PINS_KEY, '{"pins":[{}]}'), {}],
      ['a name can’t be read', ({ bucket }) => bucket.put(narInfoKey(newApp.hash), 'x'), {}],
      ['a name speaks of another', ({ bucket }) => bucket.put(narInfoKey(newApp.hash), base.narInfo), {}],
      ['a channel has no release', async () => undefined, { channels: [UNSTABLE, unlisted] }],
      ['most of the names would go', async () => undefined, { mostShare: 0.4 }],
      [
        'there is no name that anybody needs',
        async ({ bucket }) => {
          for (const { hash } of [base, newApp]) await bucket.delete(narInfoKey(hash));
        },
        {},
      ],
    ])('when %s, and says so', async (_why, spoil, policy) => {
      const world = await longMovedOn();
      await world.collect();
      world.pass(8);
      await spoil(world);
      const before = await keysOf(world.bucket);
      const outcome = await world.collect(policy);
      expect(outcome).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/\w/) });
      expect(await keysOf(world.bucket)).toEqual(before);
      expect(await outcomeOf(world)).toMatchObject(outcome);
      expect(world.log.lines.map(({ event }) => event)).toContain('collect.refused');
      expect(world.records.records).toMatchObject([{ kind: 'failure', stage: 'collect', code: 'COLLECT_REFUSED' }]);
    });

    it('when a bucket can’t be listed to its end', async () => {
      const world = await longMovedOn();
      await world.collect();
      world.pass(8);
      const bucket = {
        ...world.bucket,
        async *list(...args: Parameters<typeof world.bucket.list>) {
          let left = 3;
          for await (const one of world.bucket.list(...args)) {
            left -= 1;
            if (left === 0 && args[0] === '') throw new BucketFailed('down');
            yield one;
          }
        },
      };
      const run = world.collector({}, { bucket }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
      await expect(run).rejects.toThrow('down');
      expect(await world.names()).toEqual(namesOf(...all));
    });
  });

  it('is due again though the last one was by a clock that was years ahead', async () => {
    const world = await longMovedOn();
    const whenDue = () => world.collect({}, { whenDue: true });
    await world.collect();
    await expect(whenDue()).resolves.toEqual({ outcome: 'not-due' });
    world.pass(3_650);
    await whenDue();
    world.pass(-3_650);
    await expect(whenDue()).resolves.toMatchObject({ outcome: 'collected' });
  });

  it('condemns anew when its record is damaged', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    await world.state.put(CONDEMNED_KEY, 'garbage');
    await world.collect();
    expect(await world.names()).toEqual(namesOf(...all));
    expect((await world.condemned()).get(narInfoKey(lib.hash))).toBe(world.clock.now);
  });

  it('goes on where it was cut, at whatever write that was', async () => {
    for (let writes = 0; ; writes += 1) {
      const world = await longMovedOn();
      const left = { writes };
      const cut = { bucket: mortal(world.bucket, left), state: mortal(world.state, left) };
      for (const days of [0, 8, 1, 32]) {
        world.pass(days);
        await world
          .collector({}, { ...cut, holder: 'cut' })
          .run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live)
          .catch(() => undefined);
        await expectWhole(world);
      }
      for (const days of [0, 8, 1, 32]) {
        world.pass(days);
        await world.collect();
        await expectWhole(world);
      }
      expect(await world.names()).toEqual(namesOf(base, newApp));
      expect(await world.nars()).toEqual(narsOf(base, newApp));
      if (left.writes >= 0) return expect(writes).toBeGreaterThan(15);
    }
  });

  it('does nothing the second time', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    await world.collect();
    const before = await keysOf(world.bucket);
    await expect(world.collect()).resolves.toMatchObject({ figures: { deletedObjects: 0 } });
    expect(await keysOf(world.bucket)).toEqual(before);
  });

  it('is due a day after a mirror has begun, and a day after the last time', async () => {
    const world = await longMovedOn();
    await expect(world.collect({}, { whenDue: true })).resolves.toEqual({ outcome: 'not-due' });
    world.pass(0.9);
    await expect(world.collect({}, { whenDue: true })).resolves.toEqual({ outcome: 'not-due' });
    world.pass(0.1);
    await expect(world.collect({}, { whenDue: true })).resolves.toMatchObject({ outcome: 'collected' });
    await expect(world.collect({}, { whenDue: true })).resolves.toEqual({ outcome: 'not-due' });
    world.pass(1);
    await expect(world.collect({}, { whenDue: true })).resolves.toMatchObject({ outcome: 'collected' });
  });

  it('costs nothing while it is not due', async () => {
    const world = await longMovedOn();
    await world.collect();
    const journal = createJournal();
    const collector = world.collector(
      {},
      { state: journal.watch('state', world.state), bucket: journal.watch('bucket', world.bucket) },
    );
    await collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: true }, world.live);
    expect(journal.entries).toEqual([`state get ${COLLECTED_KEY}`]);
  });

  it('ends when its time is over, keeps what it has read, and is due again at once', async () => {
    const world = await longMovedOn();
    let reads = 0;
    const slow = {
      ...world.bucket,
      get: async (...args: Parameters<typeof world.bucket.get>) => {
        if (args[0].endsWith('.narinfo')) {
          reads += 1;
          world.clock.now += 60_000;
        }
        return world.bucket.get(...args);
      },
    };
    const run = () =>
      world.collector({}, { bucket: slow }).run({ endsAt: world.clock.now + 61_000, whenDue: false }, world.live);
    await expect(run()).resolves.toEqual({ outcome: 'under-way' });
    expect(Date.parse((await outcomeOf(world)).next)).toBeLessThanOrEqual(world.clock.now);
    for (let runs = 0; (await run()).outcome === 'under-way'; runs += 1) expect(runs).toBeLessThan(8);
    expect(reads).toBe(all.length); // each name once
  });

  it('ends a slice when it has lasted long enough, and the next one goes on', async () => {
    const world = await longMovedOn();
    await world.collect();
    world.pass(8);
    const slow = {
      ...world.bucket,
      delete: async (...args: Parameters<typeof world.bucket.delete>) => {
        world.clock.now += 31_000;
        return world.bucket.delete(...args);
      },
    };
    const run = () =>
      world.collector({}, { bucket: slow }).run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, world.live);
    await expect(run()).resolves.toMatchObject({ outcome: 'under-way', figures: { deletedNames: 1 } });
    await expectWhole(world);
    await expect(run()).resolves.toMatchObject({ outcome: 'collected', figures: { deletedNames: 1 } });
  });
});
