import fc from 'fast-check';
import type { StorePath } from '../../../shared/nix/store-path.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { readPathList } from './path-list.ts';

async function* all(paths: readonly StorePath[]): AsyncGenerator<StorePath, undefined> {
  yield* paths;
  return undefined;
}

describe('a list of paths', () => {
  it('has what it was given and nothing else, in eight bytes each', async () => {
    const names = fc.uniqueArray(fc.nat(5_000), { maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(names, fc.nat(5_000), async (listed, other) => {
        const list = await readPathList(all(listed.map((name) => pathNamed(String(name)))), 1_000_000);
        expect(list.bytes).toBe(8 * listed.length);
        for (const name of listed) expect(list.has(pathNamed(String(name)).hash)).toBe(true);
        expect(list.has(pathNamed(String(other)).hash)).toBe(listed.includes(other));
      }),
      { numRuns: 20 },
    );
  });

  it('takes in no more than it may', async () => {
    const paths = Array.from({ length: 3_000 }, (_, n) => pathNamed(String(n)));
    const list = await readPathList(all(paths), 2_500);
    expect(list.bytes).toBe(8 * 2_500);
    expect(paths.map(({ hash }) => list.has(hash))).toEqual(paths.map((_, n) => n < 2_500));
  });
});
