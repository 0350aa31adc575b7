/** The real Nix, with our mirror as its only substituter and upstream's key. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';
import { describeWithNix } from '../support/describe-with.ts';
import type { Mirror } from '../support/mirror.ts';
import { freshNix, type NixClient, type NixOptions } from '../support/nix.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const A_STRANGER = 'cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=';
/** Well under the five tries that Nix makes when a substituter is in trouble. */
const QUICK_SECONDS = 4;

describeWithNix('the mirror, to the real Nix,', (shared) => {
  let world: World;
  let mirror: Mirror;
  /** The listed path of the first release with the largest closure, and that closure. */
  let deep: string;
  let closure: readonly string[];
  /** Of the last release only: the mirror has not got it. */
  let absent: string;
  let clients = 0;

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    mirror = await world.lasting({ POLL_INTERVAL: '1h' });
    const { reference } = world;
    const listed = (step: number) => reference.releases.filter((one) => one.step === step).flatMap((one) => one.listed);
    const bySize = listed(0).map((path) => ({ path, size: closureOf(reference, [path]).size }));
    deep = bySize.reduce((most, one) => (one.size > most.size ? one : most)).path;
    closure = [...closureOf(reference, [deep])].sort();
    const here = closureOf(reference, listed(0));
    absent = listed(2).find((path) => !here.has(path)) ?? '';
  });
  afterAll(() => world.close());

  const client = (options: Partial<NixOptions> = {}): Promise<NixClient> => {
    clients += 1;
    const { publicKey } = world.reference;
    const usual = { substituters: [mirror.url], trustedPublicKeys: [publicKey] };
    return freshNix(join(world.folder, `client-${clients}`), { ...usual, ...options });
  };
  const install = (nix: NixClient, path: string) => nix.run('nix-store', '-r', '--store', nix.store, path);
  const linesOf = (text: string): readonly string[] => text.trim().split('\n').sort();

  /** `nix-store --dump` of what was installed: the NAR that its files amount to. */
  async function dumped(nix: NixClient, path: string): Promise<string> {
    const dump = await nix.run('nix-store', '--dump', join(nix.store, path));
    expect(dump.errors).toBe('');
    return sha256Of(createHash('sha256').update(dump.bytes).digest());
  }

  it('is asked for something worth it', () => {
    expect(closure.length).toBeGreaterThan(10);
    expect(absent).toMatch(/^\/nix\/store\//);
  });

  it('installs a deep closure, and its store contents equal upstream’s', async () => {
    const nix = await client();
    const installed = await install(nix, deep);
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.out.trim()).toBe(deep);
    const here = await nix.run('nix', 'path-info', '--store', nix.store, '-r', deep);
    expect(linesOf(here.out)).toEqual(closure);
    for (const path of closure)
      expect([path, await dumped(nix, path)]).toEqual([path, world.reference.paths.get(path)?.narHash]);
  });

  it('knows the closure that upstream knows', async () => {
    const nix = await client();
    const answer = await nix.run('nix', 'path-info', '--store', mirror.url, '-r', deep);
    expect(answer).toMatchObject({ code: 0 });
    expect(linesOf(answer.out)).toEqual(closure);
  });

  it('can be copied from', async () => {
    const nix = await client();
    await expectCopied(nix, mirror.url);
  });

  it('keeps a public bucket that is itself a binary cache', async () => {
    const nix = await client({ substituters: [] });
    await expectCopied(nix, pathToFileURL(join(world.dataDir, 'cache')).href);
    const other = await client({ substituters: [pathToFileURL(join(world.dataDir, 'cache')).href] });
    expect(await install(other, deep)).toMatchObject({ code: 0 });
  });

  it('says quickly that it has not got a path, and Nix asks the next substituter', async () => {
    const alone = await install(await client(), absent);
    expect(alone.code).not.toBe(0);
    expect(alone.errors).toContain("don't know how to build these paths");
    expect(alone.seconds).toBeLessThan(QUICK_SECONDS);
    const before = await client({ substituters: [mirror.url, `${world.upstream.url}/cache`] });
    expect(await install(before, absent)).toMatchObject({ code: 0, out: `${absent}\n` });
  });

  it('is of no use to who trusts another key', async () => {
    const refused = await install(await client({ trustedPublicKeys: [A_STRANGER] }), deep);
    expect(refused.code).not.toBe(0);
    expect(refused.errors).toContain("is not signed by any of the keys in 'trusted-public-keys'");
  });

  async function expectCopied(nix: NixClient, from: string): Promise<void> {
    const target = join(nix.store, '..', 'copied');
    const copied = await nix.run('nix', 'copy', '--from', from, '--to', pathToFileURL(target).href, deep);
    expect(copied).toMatchObject({ code: 0 });
    const names = (await readdir(target)).filter((name) => name.endsWith('.narinfo')).sort();
    expect(names).toEqual(closure.map((path) => `${hashOf(path)}.narinfo`).sort());
    for (const path of closure) {
      const { narHash } = parseNarInfo(await readFile(join(target, `${hashOf(path)}.narinfo`)));
      expect([path, narHash]).toEqual([path, world.reference.paths.get(path)?.narHash]);
    }
  }
});
