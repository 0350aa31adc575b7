import { brotliDecompressSync } from 'node:zlib';
import { releaseKey } from '../../../events/release-manifest.ts';
import { bytesOf } from '../../../shared/bucket/bucket.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { UpstreamFailed } from '../../../shared/errors.ts';
import { memoryLog } from '../../../shared/log.ts';
import { listingKey } from '../../../shared/nix/cache-object.ts';
import { parsePublicKey } from '../../../shared/nix/signature.ts';
import { keysOf } from '../../../shared/testing/journal.ts';
import { type PublishedWorld, publishedWorld, R1 } from '../../../shared/testing/published-world.ts';
import { storeObject, TEST_KEY } from '../../../shared/testing/store-objects.ts';
import type { Finding } from './finding.ts';
import { repair } from './repair.ts';
import { noFigures, verify } from './verify.ts';

const live = AbortSignal.timeout(60_000);

const nothing = (_: Finding): Promise<void> => Promise.resolve();

async function repaired(world: PublishedWorld, atMost = 100, { trustedKeys = [TEST_KEY], fetchFile = nothing } = {}) {
  const { bucket, state, clock } = world;
  clock.now += 100_000; // publish's lease has run out
  const now = () => new Date(clock.now);
  const findings: Finding[] = [];
  const figures = noFigures();
  const sleep = async () => undefined;
  const deps = { bucket, state, trustedKeys, now, sleep };
  const onFinding = (finding: Finding) => findings.push(finding);
  await verify(deps, { scope: { of: 'all' }, deep: true, figures, onFinding }, live);
  const lease = createLease({ state, holder: 'verify', now });
  const done = await repair(
    findings,
    { atMost, mostShare: 0.5, looked: figures.names, waitMs: 1_000 },
    { ...deps, lease, log: memoryLog(), fetchFile },
    live,
  );
  return { findings, done };
}

describe('repair', () => {
  it('does nothing where nothing is wrong', async () => {
    const world = await publishedWorld();
    const before = await keysOf(world.state);
    expect(await repaired(world)).toMatchObject({
      findings: [],
      done: { listings: 0, left: 0, withdrawn: { outcome: 'nothing' } },
    });
    expect(await keysOf(world.state)).toEqual(before);
  });

  it('makes a listing anew from its NAR, as copy does, and takes no name away for it', async () => {
    const world = await publishedWorld();
    const { lone } = world.objects;
    await world.bucket.delete(listingKey(lone.hash));
    const names = await world.names();
    const { done } = await repaired(world);
    expect(done).toMatchObject({ listings: 1, withdrawn: { outcome: 'nothing' } });
    expect(await world.names()).toEqual(names);
    const made = await world.bucket.get(listingKey(lone.hash));
    expect(made?.metadata).toEqual({ 'content-encoding': 'br' });
    const text = brotliDecompressSync(await bytesOf(made?.body ?? (async function* () {})())).toString();
    expect(JSON.parse(text)).toMatchObject({ version: 1, root: { type: 'regular', size: 'shared'.length } });
  });

  it('makes no listing of a NAR that is damaged, too', async () => {
    const world = await publishedWorld();
    const { app } = world.objects;
    await world.bucket.delete(listingKey(app.hash));
    await world.rot(app);
    const { done } = await repaired(world);
    expect(done).toMatchObject({ listings: 0, withdrawn: { outcome: 'done', paths: 1 } });
    expect(await world.bucket.head(listingKey(app.hash))).toBeUndefined();
  });

  it('mends no more than it may, and says how much is left', async () => {
    const world = await publishedWorld();
    const { app, lone, twin } = world.objects;
    for (const { hash } of [app, lone, twin]) await world.bucket.delete(listingKey(hash));
    expect((await repaired(world, 0)).done).toMatchObject({ listings: 0, left: 3 });
    expect((await repaired(world, 2)).done).toMatchObject({ listings: 2, left: 1 });
    expect((await repaired(world)).done).toMatchObject({ listings: 1, left: 0 });
  });

  /** Two hundred names that refer to one. */
  async function crowdedWorld() {
    const world = await publishedWorld();
    const { base } = world.objects;
    const many = Array.from({ length: 200 }, (_, n) => storeObject(`many-${n}`, { references: [base.path] }));
    await world.bring(...many);
    await world.publisher().tick(live);
    return { world, many };
  }

  it('takes no more names away than it may, however few the findings are', async () => {
    const { world } = await crowdedWorld();
    const names = await world.names();
    await world.rot(world.objects.base);
    const { done } = await repaired(world);
    expect(done).toMatchObject({ withdrawn: { outcome: 'refused', names: 0, wouldGo: 203 } });
    expect(await world.names()).toEqual(names);
    expect((await repaired(world, 203)).done).toMatchObject({ withdrawn: { outcome: 'done', names: 203 } });
  });

  it('mends nothing where most of it is untrusted or without labels: that is a wrong key, or half a copy', async () => {
    const { world, many } = await crowdedWorld();
    const names = await world.names();
    const wrong = parsePublicKey(`wrong-1:${Buffer.alloc(32, 7).toString('base64')}`);
    const { done } = await repaired(world, 1_000, { trustedKeys: [wrong] });
    expect(done).toMatchObject({ refused: expect.stringContaining('TRUSTED_PUBLIC_KEYS'), left: 205 });
    expect(await keysOf(world.state, 'withdrawals/')).toEqual([]);
    for (const { narKey, narFile } of many) await world.bucket.put(narKey, narFile);
    expect((await repaired(world, 1_000)).done.refused).toContain('copied whole');
    expect(await world.names()).toEqual(names);
  });

  it('has files of releases fetched again, and says which upstream does not give', async () => {
    const world = await publishedWorld();
    const list = releaseKey(R1, 'store-paths.xz');
    const object = await world.bucket.get(list);
    const bytes = object ? await bytesOf(object.body) : Buffer.alloc(0);
    await world.bucket.put(list, Buffer.concat([bytes, Buffer.alloc(4)]), { metadata: object?.metadata ?? {} });
    const gone = () => Promise.reject(new UpstreamFailed('GET /store-paths.xz: answered 404'));
    expect((await repaired(world, 100, { fetchFile: gone })).done).toMatchObject({
      files: 0,
      notFetched: [{ key: list, why: expect.stringContaining('answered 404') }],
    });
    const fetchFile = async ({ key }: Finding) =>
      void (await world.bucket.put(key, bytes, { metadata: object?.metadata ?? {} }));
    expect((await repaired(world, 100, { fetchFile })).done).toMatchObject({ files: 1, notFetched: [], left: 0 });
    expect((await repaired(world)).findings).toEqual([]);
  });

  it('leaves alone what it can’t mend', async () => {
    const world = await publishedWorld();
    await world.bucket.put('nar/old.nar', 'x', { metadata: { 'store-path': 'q-1' } });
    world.clock.now = Date.now() + 2 * 3_600_000;
    const { findings, done } = await repaired(world);
    expect(findings.map(({ kind }) => kind)).toEqual(['nar-orphan']);
    expect(done).toMatchObject({ listings: 0, left: 0, withdrawn: { outcome: 'nothing' } });
  });
});
