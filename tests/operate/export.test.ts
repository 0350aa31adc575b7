/** A directory that `copycat export` has written, to the real Nix, with everything else gone: the mirror stopped, upstream too. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describeWithNix } from '../support/describe-with.ts';
import { freshNix, type NixClient } from '../support/nix.ts';
import { startProgram } from '../support/program.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const COPYCAT = fileURLToPath(new URL('../../scripts/copycat.ts', import.meta.url));
const EXPORT_MS = 120_000;
const CHANNEL = 'nixos-unstable-small';

describeWithNix('what copycat export writes', (shared) => {
  let world: World;
  let deep: string;
  let listed: readonly string[];

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    const { reference } = world;
    listed = reference.releases.find(({ channel, step }) => channel === CHANNEL && step === 0)?.listed ?? [];
    const bySize = listed.map((path) => ({ path, size: closureOf(reference, [path]).size }));
    deep = bySize.reduce((most, one) => (one.size > most.size ? one : most)).path;
    await world.upstream.stop();
  });
  afterAll(() => world.close());

  async function copycatExport(...args: readonly string[]) {
    const target = await mkdtemp(join(world.folder, 'export-'));
    const environment = { DATA_DIR: world.dataDir, HOME: world.folder };
    const told = [COPYCAT, 'export', '--json', '--to', pathToFileURL(target).href, ...args];
    const program = startProgram(process.execPath, told, environment);
    const code = await program.end(EXPORT_MS);
    return { code, target, told: JSON.parse(program.out()) as Readonly<Record<string, unknown>> };
  }

  const client = (name: string, substituters: readonly string[]): Promise<NixClient> =>
    freshNix(join(world.folder, name), { substituters, trustedPublicKeys: [world.reference.publicKey] });
  const namesIn = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.narinfo')).sort();
  const namesOf = (paths: Iterable<string>) => [...paths].map((path) => `${hashOf(path)}.narinfo`).sort();

  it('is installed from, offline, by whoever knows a path', async () => {
    const { code, target } = await copycatExport('--paths', deep);
    expect(code).toBe(0);
    const closure = closureOf(world.reference, [deep]);
    expect(closure.size).toBeGreaterThan(10);
    expect(await namesIn(target)).toEqual(namesOf(closure));
    const nix = await client('installs', [pathToFileURL(target).href]);
    expect(await nix.run('nix-store', '-r', '--store', nix.store, deep)).toMatchObject({ code: 0, out: `${deep}\n` });
  });

  it('is copied from, offline: all that a channel stands at', async () => {
    const { code, target, told } = await copycatExport('--channel', CHANNEL);
    expect(code).toBe(0);
    expect(told).toMatchObject({ lacking: [], failed: [], paths: closureOf(world.reference, listed).size });
    const nix = await client('copies', []);
    const copied = await nix.run('nix', 'copy', '--from', pathToFileURL(target).href, '--to', nix.store, ...listed);
    expect(copied).toMatchObject({ code: 0 });
    const verified = await nix.run('nix', 'store', 'verify', '--store', pathToFileURL(target).href, '--all');
    expect(verified).toMatchObject({ code: 0 });
  });

  it('is written nowhere by a dry run, which says how much it would be', async () => {
    const { code, target, told } = await copycatExport('--channel', CHANNEL, '--dry-run');
    expect({ code, there: await readdir(target) }).toEqual({ code: 0, there: [] });
    expect(told).toMatchObject({ paths: closureOf(world.reference, listed).size, bytes: expect.any(Number) });
  });
});
