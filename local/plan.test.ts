import { memoryBucket } from '../shared/bucket/memory.ts';
import { Unavailable } from '../shared/errors.ts';
import { parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { formatStorePath } from '../shared/nix/store-path.ts';
import { type StoreObject, storeObject } from '../shared/testing/store-objects.ts';
import { xz } from '../shared/testing/xz.ts';
import { planChannel } from './plan.ts';
import { planInWords } from './plan-words.ts';

const signal = AbortSignal.timeout(5_000);
const channel = parseChannelName('nixos-unstable');
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');

/** A list of store paths of 1,000 bytes each, more or less; upstream has all but those named. */
async function world(objects: readonly StoreObject[], lacks: readonly StoreObject[] = []) {
  const list = await xz(objects.map(({ path }) => `${formatStorePath(path)}\n`).join(''));
  const asked: string[] = [];
  const deps = {
    channels: {
      resolve: async () => release,
      file: async () => ({
        body: (async function* () {
          yield list;
        })(),
      }),
    },
    upstream: {
      narInfo: async (hash: string) => {
        asked.push(hash);
        const found = objects.find((object) => object.hash === hash && !lacks.includes(object));
        if (!found) throw new Unavailable('missing', `upstream has no ${hash}`);
        return Buffer.from(found.narInfo);
      },
    },
    bucket: memoryBucket(),
    state: memoryBucket(),
    sample: 10,
  };
  return { deps, asked };
}

const objects = Array.from({ length: 40 }, (_, index) =>
  storeObject(`package-${index}`, { contents: 'x'.repeat(888) }),
);
const narSize = objects[0]?.narFile.length ?? 0;

describe('planChannel', () => {
  it('counts what is visible, staged and new, with their sizes', async () => {
    const { deps } = await world(objects.slice(0, 5));
    const [a, b] = objects as [StoreObject, StoreObject];
    await deps.bucket.put(`${a.hash}.narinfo`, a.narInfo);
    await deps.state.put(`staged/${b.hash}.narinfo`, b.narInfo);
    const one = { paths: 1, fileBytes: narSize, narBytes: narSize };
    const three = { paths: 3, fileBytes: 3 * narSize, narBytes: 3 * narSize };
    const plan = await planChannel(channel, deps, signal);
    expect(plan).toEqual({
      ...{ channel, release, listed: 5, visible: one, staged: one, new: 3 },
      ...{ sample: { ...three, missing: 0 }, estimate: three },
    });
    expect(planInWords(plan)).toContain('Sizes are from the narinfos of all of them.');
  });

  it('asks upstream for a sample, and estimates the rest by it', async () => {
    const { deps, asked } = await world(objects);
    const plan = await planChannel(channel, deps, signal);
    expect(asked).toHaveLength(10);
    expect(new Set(asked).size).toBe(10);
    expect(plan).toMatchObject({ new: 40, sample: { paths: 10 }, estimate: { paths: 40, fileBytes: 40 * narSize } });
    expect(planInWords(plan)).toContain('The size is an estimate from 10 narinfos.');
  });

  it('counts nothing for what upstream lacks', async () => {
    const two = objects.slice(0, 2);
    const { deps } = await world(two, two.slice(0, 1));
    const plan = await planChannel(channel, deps, signal);
    expect(plan).toMatchObject({
      new: 2,
      sample: { paths: 1, missing: 1 },
      estimate: { paths: 1, fileBytes: narSize },
    });
    expect(planInWords(plan)).toContain('upstream lacks 1 of them');
  });

  it('has nothing to ask when all is here', async () => {
    const [a] = objects as [StoreObject];
    const { deps, asked } = await world([a]);
    await deps.bucket.put(`${a.hash}.narinfo`, a.narInfo);
    const plan = await planChannel(channel, deps, signal);
    expect(asked).toEqual([]);
    expect(plan).toMatchObject({ new: 0, estimate: { paths: 0, fileBytes: 0 } });
    expect(planInWords(plan)).toMatch(/new {5}0\n$/);
  });
});
