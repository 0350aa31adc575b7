import { formatPathUnavailable, unavailableKey } from '../../events/path-unavailable.ts';
import { type Change, type ChangesHead, changesKey, readChanges } from '../../events/release-changes.ts';
import { manifestKey, releaseKey } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import { CHANNEL, publishWorld, R1, R2 } from '../../shared/testing/publish-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { comparedWith } from './compared-with.ts';

const live = AbortSignal.timeout(60_000);
const HOUR_MS = 3_600_000;

/** A chain app → lib → base, and others that stand alone. */
const base = storeObject('base');
const lib = storeObject('lib', { references: [base.path] });
const app = storeObject('app', { references: [lib.path] });
const lone = storeObject('lone');
const newer = storeObject('newer', { references: [base.path] });

async function changesOf(bucket: Bucket, release: ReleasePrefix) {
  const stored = await bucket.get(changesKey(release));
  if (!stored) return undefined;
  const [head, ...changes] = (await Array.fromAsync(readChanges(stored.body))) as [ChangesHead, ...Change[]];
  const named = (kind: Change['kind'], listed?: boolean) =>
    changes
      .filter((one) => one.kind === kind && (one.kind === 'removed' || one.listed === listed))
      .map(({ path }) => path.name)
      .sort();
  return {
    against: head.against,
    added: named('added', true),
    unlisted: named('added', false),
    removed: named('removed'),
    changes,
  };
}

describe('what a release brought', () => {
  it('is all of it for the first one, references that nobody listed among it', async () => {
    const { bucket, stage, see, publisher } = publishWorld();
    await see(R1, [app.path, lone.path]);
    await stage(app, lib, base, lone);
    await publisher().tick(live);
    const found = await changesOf(bucket, R1);
    expect(found).toMatchObject({
      against: undefined,
      added: ['app', 'lone'],
      unlisted: ['base', 'lib'],
      removed: [],
    });
    expect(found?.changes).toContainEqual({
      kind: 'added',
      path: app.path,
      nar: app.narKey,
      narHash: app.narHash,
      narSize: app.narFile.length,
      fileSize: app.narFile.length,
      fileHash: expect.stringMatching(/^sha256:/),
      listed: true,
    });
  });

  it('is the difference to the settled release before it, and only what is new is read', async () => {
    const { bucket, journal, stage, see, publisher } = publishWorld();
    const one = publisher();
    await see(R1, [app.path, lone.path]);
    await stage(app, lib, base, lone);
    await one.tick(live);
    await see(R2, [app.path, newer.path], [newer.path]);
    await stage(newer);
    journal.entries.length = 0;
    await one.tick(live);
    expect(await changesOf(bucket, R2)).toMatchObject({
      against: R1,
      added: ['newer'],
      unlisted: ['base'], // which R1 does not list either
      removed: ['lone'],
    });
    const read = journal.entries.filter((entry) => /^bucket get .*narinfo/.test(entry));
    expect(read.sort()).toEqual([newer, base].map(({ hash }) => `bucket get ${hash}.narinfo`).sort());
  });

  it('leaves out what is unavailable, and has it once that has healed', async () => {
    const { bucket, state, stage, see, publisher } = publishWorld();
    const one = publisher();
    await see(R1, [lone.path, base.path]);
    await stage(lone);
    const at = '2026-11-23T00:00:00.000Z';
    const record = { hash: base.hash, reason: 'missing', evidence: '', since: at, attempts: 1, last: at, next: at };
    await state.put(unavailableKey(base.hash), formatPathUnavailable({ ...record, reason: 'missing' }));
    await one.tick(live);
    expect(await changesOf(bucket, R1)).toMatchObject({ added: ['lone'] });
    await stage(base);
    await one.tick(live);
    expect(await changesOf(bucket, R1)).toMatchObject({ added: ['base', 'lone'] });
  });

  it('is written once, and not again by a publisher that knows nothing of it', async () => {
    const { journal, stage, see, publisher } = publishWorld();
    await see(R1, [lone.path]);
    await stage(lone);
    for (const one of [publisher(), publisher()]) for (let ticks = 0; ticks < 3; ticks += 1) await one.tick(live);
    expect(journal.writes().filter((entry) => entry.endsWith(changesKey(R1)))).toHaveLength(1);
  });

  it('is written after a cut at any write, with the same lines', async () => {
    const lines: unknown[] = [];
    for (let writes = 0; writes < 40; writes += 1) {
      const { bucket, stage, see, publisher, mortalPublisher } = publishWorld();
      await see(R1, [app.path, lone.path]);
      await stage(app, lib, base, lone);
      const { publisher: mortal, life } = mortalPublisher(writes);
      await mortal.tick(live).catch(() => undefined);
      const next = publisher();
      await next.tick(live);
      await next.tick(live);
      lines.push((await changesOf(bucket, R1))?.changes);
      if (life.left >= 0) break;
    }
    expect(lines.length).toBeGreaterThan(10);
    for (const one of lines) expect(one).toEqual(lines[0]);
  });

  it('is made in slices: the channel has moved before, and a tick that is not idle yet says so', async () => {
    const { bucket, clock, log, stage, see, pointer, publisher } = publishWorld();
    const many = Array.from({ length: 3_000 }, (_, n) => storeObject(`many-${n}`));
    await see(
      R1,
      many.map(({ path }) => path),
    );
    await stage(...many);
    const slow = bucket.get;
    bucket.get = (key, options) => {
      if (key.endsWith('.narinfo')) clock.now += 1; // a read takes a millisecond
      return slow(key, options);
    };
    const one = publisher();
    const first = await one.tick(live);
    expect(await pointer()).toMatchObject({ release: R1 });
    expect(await bucket.head(changesKey(R1))).toBeUndefined();
    expect(first.idle).toBe(false);
    let ticks = 1;
    for (let idle = false; !idle && ticks < 20; ticks += 1) idle = (await one.tick(live)).idle;
    expect(ticks).toBeGreaterThan(2);
    expect((await changesOf(bucket, R1))?.added).toHaveLength(3_000);
    expect(log.lines.filter(({ event }) => event === 'changes.written')).toHaveLength(1);
  });

  it.each([
    ['a list that is damaged', releaseKey(R1, 'store-paths.xz')],
    ['a manifest that is damaged', manifestKey(R1)],
  ])('holds nothing up for %s', async (_what, key) => {
    const { bucket, stage, see, pointer, publisher } = publishWorld();
    await see(R1, [lone.path]);
    await stage(lone);
    const put = bucket.put;
    bucket.put = (at, body, options) => put(at, at === key ? 'garbage' : body, options);
    if (key.endsWith('.xz')) await bucket.put(key, '');
    const one = publisher();
    await one.tick(live);
    await expect(one.tick(live)).resolves.toMatchObject({ outcome: 'ticked', idle: true });
    expect(await pointer()).toMatchObject({ release: R1 });
    expect(await bucket.head(changesKey(R1))).toBeUndefined();
  });

  it('waits for a name that can’t be read, and lacks it not once it can', async () => {
    const { bucket, clock, stage, see, publisher } = publishWorld();
    await see(R1, [lone.path, app.path]);
    await stage(lone, app, lib, base);
    const one = publisher();
    await one.tick(live);
    await bucket.delete(changesKey(R1));
    await bucket.put(narInfoKey(lib.hash), 'rotten'); // one that no list named
    const two = publisher();
    clock.now += HOUR_MS;
    await two.tick(live);
    expect(await bucket.head(changesKey(R1))).toBeUndefined();
    await bucket.put(narInfoKey(lib.hash), lib.narInfo);
    clock.now += HOUR_MS;
    await two.tick(live);
    expect(await changesOf(bucket, R1)).toMatchObject({ added: ['app', 'lone'], unlisted: ['base', 'lib'] });
  });
});

describe('comparedWith', () => {
  const release = (n: number) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.aaa`);
  const seen = (...numbers: readonly number[]) => ({
    channel: CHANNEL,
    releases: numbers.map((n) => ({ release: release(n), seenAt: '2026-11-23T00:00:00.000Z', fannedOut: true })),
  });
  const settled =
    (...numbers: readonly number[]) =>
    async (one: ReleasePrefix) =>
      numbers.map(release).includes(one);

  it.each([
    ['the one before it', 3, [seen(1, 2, 3)], settled(1, 2, 3), 2],
    ['the nearest that is settled', 3, [seen(1, 2, 3)], settled(1, 3), 1],
    ['none, for the first', 1, [seen(1, 2, 3)], settled(1, 2), undefined],
    ['none, where none is settled', 3, [seen(1, 2, 3)], settled(3), undefined],
    ['one of its own channel', 3, [seen(7, 8), seen(1, 3)], settled(1, 7, 8), 1],
    ['none, for one that no channel named', 9, [seen(1, 2)], settled(1, 2), undefined],
  ])('is %s', async (_what, one, channels, isSettled, expected) => {
    expect(await comparedWith(release(one), channels, isSettled)).toBe(expected && release(expected));
  });
});
