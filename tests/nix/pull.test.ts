/** The real Nix, with a mirror as its only substituter that lacks what is asked for, and may ask upstream (`ON_MISS=pull`). */
import { join } from 'node:path';
import { describeWithNix } from '../support/describe-with.ts';
import { eventually } from '../support/eventually.ts';
import type { Mirror } from '../support/mirror.ts';
import { freshNix } from '../support/nix.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const COPIED_MS = 60_000;

describeWithNix('a mirror that pulls through, to the real Nix,', (shared) => {
  let world: World;
  let mirror: Mirror;
  /** Of the last release only, with the largest closure: no channel brings it here. */
  let absent: string;
  let closure: readonly string[];

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    mirror = await world.lasting({ POLL_INTERVAL: '1h', ON_MISS: 'pull' });
    const { reference } = world;
    const listed = (step: number) => reference.releases.filter((one) => one.step === step).flatMap((one) => one.listed);
    const here = closureOf(reference, listed(0));
    const bySize = listed(2)
      .filter((path) => !here.has(path))
      .map((path) => ({ path, size: closureOf(reference, [path]).size }));
    absent = bySize.reduce((most, one) => (one.size > most.size ? one : most)).path;
    closure = [...closureOf(reference, [absent])].sort();
  });
  afterAll(() => world.close());

  const narInfo = (path: string): Promise<Response> => fetch(`${mirror.url}/${hashOf(path)}.narinfo`);

  async function install(client: string): Promise<void> {
    const { publicKey } = world.reference;
    const nix = await freshNix(join(world.folder, client), {
      substituters: [mirror.url],
      trustedPublicKeys: [publicKey],
    });
    const installed = await nix.run('nix-store', '-r', '--store', nix.store, absent);
    expect(installed).toMatchObject({ code: 0, out: `${absent}\n` });
    const here = await nix.run('nix', 'path-info', '--store', nix.store, '-r', absent);
    expect(here.out.trim().split('\n').sort()).toEqual(closure);
  }

  it('installs a path that it lacks, from upstream by way of the mirror', async () => {
    expect((await narInfo(absent)).headers.get('copycat-source')).toBe('upstream');
    await install('client-1');
  });

  it('has that path itself a little later, with its closure, and gives it without upstream', async () => {
    const isOurs = async (path: string): Promise<true | undefined> => {
      const { status, headers } = await narInfo(path);
      return status === 200 && !headers.has('copycat-source') ? true : undefined;
    };
    for (const path of closure) await eventually(`${path} to be here`, () => isOurs(path), COPIED_MS);
    await world.upstream.stop();
    await install('client-2');
  });

  it('says no to what neither it nor upstream can give now', async () => {
    for (let i = 0; i < 10; i += 1) expect((await narInfo(`/nix/store/${String(i).repeat(32)}-x`)).status).toBe(404);
  });
});
