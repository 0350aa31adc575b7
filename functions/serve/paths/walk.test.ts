import fc from 'fast-check';
import { afterAttempt } from '../../../events/path-unavailable.ts';
import type { StorePath } from '../../../shared/nix/store-path.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { type Seen, walk } from './walk.ts';

const broken = (path: StorePath, reason: 'missing' | 'failing' = 'missing'): Seen => ({
  kind: 'unavailable',
  record: afterAttempt(undefined, { hash: path.hash, reason, evidence: '' }, 1_000, new Date(0)),
});
const start = pathNamed('start');
const limits = { most: 400, isLate: () => false };
const here: Seen = { kind: 'here' };
const staged = (...references: StorePath[]): Seen => ({ kind: 'staged', references });

function graph(seen: Readonly<Record<string, Seen>>) {
  const byHash = new Map(Object.entries(seen).map(([name, one]) => [pathNamed(name).hash, one]));
  const looked: string[] = [];
  return {
    looked,
    look: async (hash: StorePath['hash']): Promise<Seen> => {
      looked.push(hash);
      return byHash.get(hash) ?? { kind: 'absent' };
    },
  };
}

describe('the way to what holds a path back', () => {
  it('is the shortest, and each path is looked at once', async () => {
    const [a, b, c, gap] = ['a', 'b', 'c', 'gap'].map(pathNamed) as [StorePath, StorePath, StorePath, StorePath];
    const { look, looked } = graph({ a: staged(b, c), b: staged(c), c: staged(gap), gap: broken(gap) });
    const { chain } = await walk(start, [a, c, start], look, limits);
    expect(chain?.map(({ path }) => path?.name)).toEqual(['start', 'c', 'gap']);
    expect(chain?.map(({ state }) => state)).toEqual(['blocked', 'blocked', 'unavailable']);
    expect(new Set(looked).size).toBe(looked.length);
  });

  it('ends at one that fails only when nothing is known to be unavailable', async () => {
    const [late, gap] = [pathNamed('late'), pathNamed('gap')];
    const { look } = graph({ late: broken(late, 'failing'), gap: broken(gap) });
    expect((await walk(start, [late, gap], look, limits)).cause?.hash).toBe(gap.hash);
    expect((await walk(start, [late], look, limits)).cause?.hash).toBe(late.hash);
  });

  it('is not there when nothing is unavailable', async () => {
    const { look } = graph({ a: here });
    const walked = await walk(start, [pathNamed('a'), pathNamed('absent')], look, limits);
    expect(walked).not.toHaveProperty('chain');
    expect(walked.references).toMatchObject({ total: 2, here: 1, lookedAt: 2 });
  });

  it('is given up where it takes too long', async () => {
    const gap = pathNamed('gap');
    const { look, looked } = graph({ a: staged(pathNamed('b')), b: staged(gap), gap: broken(gap) });
    const walked = await walk(start, [pathNamed('a')], look, { ...limits, isLate: () => looked.length === 2 });
    expect(looked).toHaveLength(2);
    expect(walked).not.toHaveProperty('chain');
  });

  it('looks at so many paths and no more, whatever refers to what', async () => {
    const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(edges, fc.integer({ min: 1, max: 20 }), async (all, most) => {
        const named = (n: number) => pathNamed(`p-${n}`);
        const { look, looked } = graph(
          Object.fromEntries(
            all.map(([from]) => [`p-${from}`, staged(...all.filter(([at]) => at === from).map(([, to]) => named(to)))]),
          ),
        );
        const { references } = await walk(start, [0, 1, 2].map(named), look, { ...limits, most });
        expect(looked.length).toBeLessThanOrEqual(most);
        expect(new Set(looked).size).toBe(looked.length);
        expect(references).toMatchObject({ total: 3, lookedAt: Math.min(3, most) });
      }),
    );
  });
});
