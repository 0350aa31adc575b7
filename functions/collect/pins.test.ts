import { formatPins, PINS_KEY } from '../../events/pins.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { collectWorld, releaseNumber } from '../../shared/testing/collect-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { addPin, lackOf, parsePinned, readPins, removePin } from './pins.ts';

const live = AbortSignal.timeout(60_000);
const at = '2026-11-25T00:00:00.000Z';
const base = storeObject('base');
const app = storeObject('app', { references: [base.path] });

describe('pins', () => {
  it('are store paths, with or without the store, and releases', () => {
    const { hash, name } = base.path;
    expect(parsePinned(`/nix/store/${hash}-${name}`)).toEqual({ path: base.path });
    expect(parsePinned(`${hash}-${name}`)).toEqual({ path: base.path });
    expect(parsePinned(releaseNumber(1))).toEqual({ release: releaseNumber(1) });
    for (const text of ['', hash, '../x', '/nix/store/x', 'nixos-unstable'])
      expect(() => parsePinned(text)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });

  it('are set once, with the latest note, and taken away', async () => {
    const state = memoryBucket();
    await addPin({ what: { path: base.path }, at }, state, live);
    await addPin({ what: { release: releaseNumber(1) }, at }, state, live);
    await addPin({ what: { path: base.path }, at, note: 'for the workshop' }, state, live);
    expect((await readPins(state, live)).pins).toEqual([
      { what: { release: releaseNumber(1) }, at },
      { what: { path: base.path }, at, note: 'for the workshop' },
    ]);
    await addPin({ what: { path: base.path }, at: '2026-11-26T00:00:00.000Z' }, state, live);
    expect((await readPins(state, live)).pins).toContainEqual({
      what: { path: base.path },
      at,
      note: 'for the workshop',
    });
    await expect(removePin({ path: base.path }, state, live)).resolves.toBe(true);
    await expect(removePin({ path: base.path }, state, live)).resolves.toBe(false);
    expect((await readPins(state, live)).pins).toHaveLength(1);
  });

  it('are not lost when two people set some at once', async () => {
    const state = memoryBucket();
    const other: typeof state = {
      ...state,
      async get(...args) {
        const found = await state.get(...args);
        await addPin({ what: { path: app.path }, at }, state, live);
        return found;
      },
    };
    await expect(addPin({ what: { path: base.path }, at }, other, live)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await readPins(state, live)).pins).toEqual([{ what: { path: app.path }, at }]);
  });

  it('are not written anew over a record that can’t be read', async () => {
    const state = memoryBucket();
    await state.put(PINS_KEY, formatPins([]).replace('[', '[{"path":"x"}'));
    const before = await getText(state, PINS_KEY);
    await expect(addPin({ what: { path: base.path }, at }, state, live)).rejects.toMatchObject({
      code: 'COLLECT_REFUSED',
    });
    expect(await getText(state, PINS_KEY)).toBe(before);
  });

  it('tell what of them is not here', async () => {
    const world = collectWorld();
    await world.show(app);
    await expect(lackOf({ path: app.path }, world.bucket, live)).resolves.toMatch('1 of 2 store paths');
    await world.show(base);
    await expect(lackOf({ path: app.path }, world.bucket, live)).resolves.toBeUndefined();
    const release = releaseNumber(1);
    await expect(lackOf({ release }, world.bucket, live)).resolves.toMatch('no such release');
    await world.fanOut(release, [app.path]);
    await expect(lackOf({ release }, world.bucket, live)).resolves.toBeUndefined();
  });
});
