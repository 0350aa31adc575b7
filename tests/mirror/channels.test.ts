/** Upstream without faults: every channel is followed to its end. */
import { describeWithUpstream } from '../support/describe-with.ts';
import { bytesAt, type Holdings, messagesLeft, readHoldings, temporaryFiles } from '../support/holdings.ts';
import type { OnceRun } from '../support/mirror.ts';
import { isUpstreams } from '../support/reference-bytes.ts';
import { closureOf, hashOf, lastStep, releasesAt } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

describeWithUpstream('a mirror of channels that move', (shared) => {
  let world: World;
  const runs: OnceRun[] = [];
  const pointedTo: ReadonlyMap<string, string>[] = [];
  const broken: string[] = [];
  let holdings: Holdings;

  beforeAll(async () => {
    world = await openWorld(shared);
    for (let step = 0; step <= lastStep(world.reference); step += 1) {
      if (step > 0) await world.upstream.advance();
      runs.push(await world.once());
      broken.push(...(await world.broken()));
      holdings = await readHoldings(world.buckets);
      pointedTo.push(new Map([...holdings.pointers].map(([channel, { release }]) => [channel, release])));
    }
  });
  afterAll(() => world.close());

  it('ends each run well, with nothing unavailable and no dead letter', () => {
    const well = { code: 0, unavailable: {}, failedChannels: [], deadLettered: 0 };
    expect(runs).toEqual(runs.map(() => expect.objectContaining(well)));
    expect(runs).toHaveLength(3);
  });

  it('moves every channel with upstream, step by step', () => {
    expect(pointedTo).toEqual(runs.map((_run, step) => releasesAt(world.reference, step)));
  });

  it('keeps its invariants after each step', () => {
    expect(broken).toEqual([]);
  });

  it('holds every closure of every release, byte for byte', async () => {
    const { reference } = world;
    const { bucket, visible } = holdings;
    const needed = closureOf(
      reference,
      reference.releases.flatMap(({ listed }) => listed),
    );
    expect(needed.size).toBeGreaterThan(180);
    const hashes = [...needed].map(hashOf).sort();
    expect([...visible].sort()).toEqual(hashes);
    const keys = [
      ...hashes.map((hash) => `${hash}.narinfo`),
      ...new Set([...needed].map((path) => reference.paths.get(path)?.url ?? path)),
    ];
    const others: string[] = [];
    for (const key of keys) if (!(await isUpstreams(reference, key, await bytesAt(bucket, key)))) others.push(key);
    expect(others).toEqual([]);
  });

  it('fetches a NAR once for each store path that names it, at the most, however many releases do', async () => {
    const { paths } = world.reference;
    const nars = (await world.upstream.requests()).filter(({ url }) => url.startsWith('/cache/nar/'));
    const fetched = Map.groupBy(nars, ({ url }) => url.slice('/cache/'.length));
    const naming = Map.groupBy(paths.values(), ({ url }) => url);
    const tooOften = [...fetched].filter(([url, requests]) => requests.length > (naming.get(url)?.length ?? 0));
    expect(tooOften).toEqual([]);
    expect(fetched.size).toBeGreaterThan(170);
  });

  it('keeps two releases apart whose last component is the same', async () => {
    const [large, small] = ['nixos-unstable', 'nixos-unstable-small'].map((channel) => {
      const release = world.reference.releases.find((one) => one.channel === channel && one.step === 0);
      return holdings.manifests.get(release?.prefix ?? '');
    });
    expect(large?.release.split('/').at(-1)).toBe(small?.release.split('/').at(-1));
    expect(large?.listed).not.toBe(small?.listed);
    const lists = await Promise.all(
      [large, small].map((manifest) => bytesAt(holdings.bucket, `releases/${manifest?.release}/store-paths.xz`)),
    );
    expect(lists[0]?.equals(lists[1] ?? Buffer.alloc(0))).toBe(false);
  });

  it('leaves nothing under way: no message, no staged path, no temporary file', async () => {
    expect(messagesLeft(world.dataDir)).toBe(0);
    expect(holdings.staged).toEqual([]);
    expect(holdings.unavailable).toEqual([]);
    expect(await temporaryFiles(world.dataDir)).toEqual([]);
  });

  it('goes on where it was when started again, and asks at most twice about a channel that did not move', async () => {
    const before = (await world.upstream.requests()).length;
    const again = await world.once();
    expect(again).toMatchObject({ code: 0, detected: 0, unchanged: 4, copied: 0, published: 0, moved: {} });
    const asked = (await world.upstream.requests()).slice(before).map(({ url }) => url);
    expect(asked.length).toBeGreaterThan(0);
    for (const channel of world.reference.channels)
      expect(asked.filter((url) => url === `/channels/${channel}`).length).toBeLessThanOrEqual(2);
    const others = asked.filter((url) => !url.startsWith('/channels/') && url !== '/cache/nix-cache-info'); // publish's probe
    expect(others).toEqual([]); // no list, no narinfo, no NAR
    expect(await world.broken()).toEqual([]);
  });
});
