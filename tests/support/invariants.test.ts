/** The checker itself: it sees what it is there to see. */
import { appendFile, copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithUpstream } from './describe-with.ts';
import { directoriesIn } from './holdings.ts';
import { createInvariantChecker } from './invariants.ts';
import { openWorld, type World } from './world.ts';

describeWithUpstream('the invariant checker', (shared) => {
  let world: World;
  let spoilt: string;
  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    spoilt = join(world.folder, 'spoilt');
  });
  beforeEach(() => cp(world.dataDir, spoilt, { recursive: true, preserveTimestamps: true }));
  afterEach(() => rm(spoilt, { recursive: true }));
  afterAll(() => world.close());

  const inCache = (key: string): string => join(spoilt, 'cache', key);
  const names = async (): Promise<readonly string[]> =>
    (await readdir(inCache(''))).filter((name) => name.endsWith('.narinfo'));
  const broken = async (): Promise<string> =>
    (await createInvariantChecker(world.reference).check(directoriesIn(spoilt))).join('\n');

  it('has nothing to say about a mirror that is as it should be', async () => {
    await expect(broken()).resolves.toBe('');
  });

  it('sees a NAR that is gone, and one that is damaged', async () => {
    const [gone = '', damaged = ''] = await readdir(inCache('nar'));
    await rm(inCache(`nar/${gone}`));
    await appendFile(inCache(`nar/${damaged}`), 'x');
    const said = await broken();
    expect(said).toContain(`nar/${gone} is not here`);
    expect(said).toContain(`nar/${damaged} holds`);
  });

  it('sees a reference that is not visible', async () => {
    const [path = ''] = [...world.reference.paths.values()].flatMap(({ references }) => references);
    await rm(inCache(`${path.slice(0, 32)}.narinfo`));
    expect(await broken()).toMatch(`its reference ${path.slice(0, 32)} is not`);
  });

  it('sees a narinfo that nobody signed, or that is not the one asked for', async () => {
    const [one = '', other = ''] = await names();
    const text = await readFile(inCache(one), 'utf8');
    await writeFile(inCache(one), text.replace(/^NarSize: /m, 'NarSize: 1'));
    await copyFile(inCache(one), inCache(other));
    const said = await broken();
    expect(said).toContain('no trusted key signed it');
    expect(said).toContain(`${other} speaks of`);
    expect(said).toContain(`${one} is not upstream's`);
  });

  it('sees what is nobody’s business there', async () => {
    await writeFile(inCache('notes.txt'), 'secret');
    expect(await broken()).toContain('notes.txt is no documented key');
  });

  it('sees a channel at a release that is not settled, and one that moved back', async () => {
    const { releases } = world.reference;
    const [first, second] = releases.filter(({ channel }) => channel === 'nixos-unstable');
    const file = inCache('channels/nixos-unstable.json');
    const original = await readFile(file, 'utf8');
    const checker = createInvariantChecker(world.reference);
    await writeFile(file, original.replaceAll(first?.prefix ?? '?', second?.prefix ?? '?'));
    expect(await checker.check(directoriesIn(spoilt))).toContain(
      `nixos-unstable stands at ${second?.prefix}, which has no manifest`,
    );
    await writeFile(file, original);
    expect(await checker.check(directoriesIn(spoilt))).toEqual([`nixos-unstable moved back to ${first?.prefix}`]);
  });
});
