/** Upstream with every kind of faulty object: each costs itself and its referrers, and heals when upstream does. */
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { type Refusals, refusalsOf, VERDICTS } from '../support/fault-kinds.ts';
import { type Holdings, readHoldings } from '../support/holdings.ts';
import type { Mirror } from '../support/mirror.ts';
import { isUpstreams } from '../support/reference-bytes.ts';
import { closureOf, hashOf, lastStep, releasesAt } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const SETTLE_MS = 60_000;
const HEAL_MS = 120_000;

describeWithUpstream('a mirror of an upstream with faults', (shared) => {
  let world: World;
  let mirror: Mirror;
  let holdings: Holdings;
  let expected: Refusals;

  beforeAll(async () => {
    world = await openWorld(shared, ['--faults', 'all']);
    expected = refusalsOf(world.reference);
    mirror = await world.lasting({ POLL_INTERVAL: '1s', RETRY_UNAVAILABLE_AFTER: '1s' });
    for (let step = 0; step <= lastStep(world.reference); step += 1) {
      if (step > 0) await world.upstream.advance();
      await until(`every channel to move to its release ${step}`, () => allStandAt(step), SETTLE_MS);
    }
    holdings = await readHoldings(world.buckets);
  });
  afterAll(() => world.close());

  async function allStandAt(step: number): Promise<boolean> {
    const { pointers } = await readHoldings(world.buckets);
    const wanted = releasesAt(world.reference, step);
    return [...wanted].every(([channel, release]) => pointers.get(channel)?.release === release);
  }

  const get = async (key: string): Promise<Response> =>
    fetch(`${mirror.url}/${key}`, { signal: AbortSignal.timeout(10_000) });

  it('meets every kind of fault', () => {
    expect(new Set(world.reference.faults.map(({ kind }) => kind))).toEqual(new Set(Object.keys(VERDICTS)));
  });

  it.each(Object.entries(VERDICTS).filter(([, verdict]) => verdict !== 'served'))(
    'refuses what is %s as %s',
    async (kind, verdict) => {
      const known = reachable(); // behind another refused path nobody learns of one
      const faulty = world.reference.faults.filter((fault) => fault.kind === kind && known.has(fault.path));
      expect(faulty.length).toBeGreaterThan(0);
      for (const { path } of faulty) {
        const record = holdings.unavailable.find(({ hash }) => hash === hashOf(path));
        expect([path, record?.reason]).toEqual([path, verdict]);
        expect((await get(`${hashOf(path)}.narinfo`)).status).toBe(404);
      }
    },
  );

  it('writes down in each manifest what is refused, for what reason, and what is blocked by it', () => {
    expect(holdings.manifests.size).toBe(world.reference.releases.length);
    for (const { prefix, listed } of world.reference.releases) {
      const wanted = listed.flatMap((path) => {
        const reason = expected.refused.get(path) ?? (expected.blocked.has(path) ? 'blocked' : undefined);
        return reason === undefined ? [] : [`${path}: ${reason}`];
      });
      const manifest = holdings.manifests.get(prefix);
      const found = manifest?.unavailable.map(({ path, reason }) => `${formatStorePath(path)}: ${reason}`);
      expect([prefix, found?.sort()]).toEqual([prefix, wanted.sort()]);
      for (const { path, because } of manifest?.unavailable.filter(({ reason }) => reason === 'blocked') ?? []) {
        const cause = world.reference.faults.find((fault) => hashOf(fault.path) === because);
        expect(cause?.blocked).toContain(formatStorePath(path));
      }
    }
  });

  it('serves everything else, byte for byte, and nothing of what is refused or blocked', async () => {
    const served = [...reachable()].filter((path) => !expected.refused.has(path) && !expected.blocked.has(path));
    expect(served.length).toBeGreaterThan(world.reference.paths.size / 2);
    expect([...holdings.visible].sort()).toEqual(served.map(hashOf).sort());
    for (const path of served) await expectServed(path);
    for (const path of expected.blocked) expect((await get(`${hashOf(path)}.narinfo`)).status).toBe(404);
  });

  it('serves what is wrong only in what nobody signs', async () => {
    const harmless = world.reference.faults.filter(({ kind }) => VERDICTS[kind] === 'served').map(({ path }) => path);
    for (const path of harmless.filter((one) => !expected.blocked.has(one))) await expectServed(path);
  });

  it('heals by itself once upstream has: the broken ones and their referrers appear, and nothing is unavailable', async () => {
    await world.upstream.repairAll();
    const everything = closureOf(
      world.reference,
      world.reference.releases.flatMap(({ listed }) => listed),
    );
    const isWhole = async (): Promise<boolean> => {
      const { visible, pointers, unavailable } = await readHoldings(world.buckets);
      const none = [...pointers.values()].every((pointer) => Object.keys(pointer.unavailable).length === 0);
      return visible.size === everything.size && none && unavailable.length === 0;
    };
    await until('everything to appear', isWhole, HEAL_MS);
    const { manifests, pointers } = await readHoldings(world.buckets);
    for (const { release } of pointers.values()) expect(manifests.get(release)?.unavailable).toEqual([]);
    for (const path of everything) await expectServed(path);
  });

  it('has kept its invariants when it is stopped', async () => {
    expect(await mirror.stop()).toBe(0);
    expect(await world.broken()).toEqual([]);
  });

  /** What is learned of at all: the references of a refused path are not looked at. */
  const reachable = (): ReadonlySet<string> =>
    closureOf(
      world.reference,
      world.reference.releases.flatMap(({ listed }) => listed),
      (path) => !expected.refused.has(path),
    );

  async function expectServed(path: string): Promise<void> {
    for (const key of [`${hashOf(path)}.narinfo`, world.reference.paths.get(path)?.url ?? '']) {
      const answer = await get(key);
      expect([path, key, answer.status]).toEqual([path, key, 200]);
      expect(await isUpstreams(world.reference, key, await answer.bytes())).toBe(true);
    }
  }
});

describeWithUpstream('a mirror of an upstream that is in trouble', (shared) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(shared, ['--rate-503', '.05', '--rate-reset', '.05']);
  });
  afterAll(() => world.close());

  it('brings everything in the end, although answers fail and connections break', async () => {
    expect(await world.once()).toMatchObject({ code: 0, unavailable: {}, deadLettered: 0 });
    const statuses = (await world.upstream.requests()).map((request) => request.response_status);
    expect(statuses).toContain('503'); // it was in trouble
    const { reference } = world;
    const first = reference.releases.filter(({ step }) => step === 0).flatMap(({ listed }) => listed);
    const { visible } = await readHoldings(world.buckets);
    expect([...visible].sort()).toEqual([...closureOf(reference, first)].map(hashOf).sort());
    expect(await world.broken()).toEqual([]);
  });
});
