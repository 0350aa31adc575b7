import { memoryBucket } from '../../shared/bucket/memory.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import { pathNamed, type StoreObject, storeObject } from '../../shared/testing/store-objects.ts';
import { takeCensus } from './census.ts';

const live = AbortSignal.timeout(60_000);
const objects = Array.from({ length: 5 }, (_, n) => storeObject(`path-${n}`, { references: [pathNamed('path-0')] }));
const always = { isLate: () => false, keep: true };

async function setUp() {
  const [bucket, state] = [memoryBucket(), memoryBucket()];
  const journal = createJournal();
  const show = ({ hash, narInfo }: StoreObject) => bucket.put(`${hash}.narinfo`, narInfo);
  for (const one of objects) await show(one);
  const census = (options = always) => takeCensus({ bucket: journal.watch('bucket', bucket), state }, options, live);
  const reads = () => {
    const count = journal.entries.filter((entry) => entry.startsWith('bucket get')).length;
    journal.entries.length = 0;
    return count;
  };
  const referencesOf = async () => {
    const graph = (await census())?.graph;
    return graph && Array.from(graph.held, ([id, { references }]) => [graph.hashOf(id), references.map(graph.hashOf)]);
  };
  return { bucket, state, census, reads, show, referencesOf };
}

describe('names', () => {
  it('are read once, and known from then on', async () => {
    const { census, reads, referencesOf, bucket, show } = await setUp();
    await census();
    expect(reads()).toBe(5);
    expect(await referencesOf()).toEqual(
      expect.arrayContaining(objects.map(({ hash }) => [hash, [pathNamed('path-0').hash]])),
    );
    expect(reads()).toBe(0);
    await bucket.delete(`${objects[1]?.hash}.narinfo`);
    await show(storeObject('path-6'));
    expect((await referencesOf())?.map(([hash]) => hash)).not.toContain(objects[1]?.hash);
    expect(reads()).toBe(1);
  });

  it('are read anew when they are others', async () => {
    const { census, referencesOf, bucket } = await setUp();
    await census();
    const other = storeObject('path-1', { references: [pathNamed('path-2')] });
    await bucket.put(`${other.hash}.narinfo`, other.narInfo);
    expect(await referencesOf()).toContainEqual([other.hash, [pathNamed('path-2').hash]]);
  });

  it('are read anew when what was kept of them is damaged', async () => {
    const { census, state, reads } = await setUp();
    await census();
    reads();
    for (const key of await keysOf(state, 'snapshots/')) await state.put(key, 'garbage');
    await expect(census()).resolves.toMatchObject({ unreadable: [] });
    expect(reads()).toBe(5);
  });

  it('leave nothing behind when nothing may be kept', async () => {
    const { census, state } = await setUp();
    await census({ ...always, keep: false });
    expect(await keysOf(state)).toEqual([]);
  });

  it('are kept as far as they were read when time is over', async () => {
    const { census, reads } = await setUp();
    let asked = 0;
    await expect(census({ isLate: () => asked++ > 2, keep: true })).resolves.toBeUndefined();
    const first = reads();
    expect(first).toBeLessThan(5);
    await census();
    expect(reads()).toBe(5 - first);
  });
});
