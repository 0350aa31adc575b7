/** The real Nix, taking channels from our mirror: by nix-channel, by fetchTarball, and by the flake registry. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithNix } from '../support/describe-with.ts';
import type { Mirror } from '../support/mirror.ts';
import { freshNix, type NixClient } from '../support/nix.ts';
import type { ReferenceRelease } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

const CHANNEL = 'nixos-unstable';
/** What the reference upstream says in the Link of every tarball. */
const LOCKED_AT = 1_780_000_000;

describeWithNix('a channel of the mirror, to the real Nix,', (shared) => {
  let world: World;
  let mirror: Mirror;
  let release: ReferenceRelease;
  let clients = 0;

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    mirror = await world.lasting({ POLL_INTERVAL: '1h' });
    const found = world.reference.releases.find(({ channel, step }) => channel === CHANNEL && step === 0);
    if (!found) throw new Error(`the reference has no ${CHANNEL}`);
    release = found;
  });
  afterAll(() => world.close());

  /** It knows no substituter: evaluating needs none. */
  const client = (): Promise<NixClient> => {
    clients += 1;
    const folder = join(world.folder, `channel-client-${clients}`);
    return freshNix(folder, { substituters: [], trustedPublicKeys: [], features: ['flakes'], ownStore: true });
  };
  const upstreams = (file: string): Promise<Buffer> =>
    readFile(join(world.reference.directory, 'releases', release.prefix, file));
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${mirror.url}${path}`, { redirect: 'manual', signal: AbortSignal.timeout(10_000), ...init });

  it('is added and updated by nix-channel', async () => {
    const nix = await client();
    expect(await nix.run('nix-channel', '--add', `${mirror.url}/channels/${CHANNEL}`, 'nixos')).toMatchObject({
      code: 0,
    });
    const updated = await nix.run('nix-channel', '--update');
    expect([updated.code, updated.errors]).toEqual([0, expect.stringContaining('unpacking')]);
    const channel = join(nix.home, '.nix-defexpr/channels/nixos');
    expect(await readdir(channel)).toContain('default.nix');
    expect((await readFile(join(channel, '.git-revision'), 'utf8')).trim()).toBe(release.rev);
  });

  it('is fetched by fetchTarball', async () => {
    const nix = await client();
    const expression = `builtins.readFile ((fetchTarball "${mirror.url}/channels/${CHANNEL}/nixexprs.tar.xz") + "/.git-revision")`;
    const answer = await nix.run('nix-instantiate', '--eval', '--expr', expression);
    expect([answer.code, answer.errors]).toEqual([0, expect.any(String)]);
    expect(answer.out).toContain(release.rev);
  });

  it('stands in the flake registry, and is fetched by its name there', async () => {
    const nix = await client();
    const registry = ['--option', 'flake-registry', `${mirror.url}/flake-registry.json`];
    const listed = await nix.run('nix', 'registry', 'list', ...registry);
    expect([listed.code, listed.errors]).toEqual([0, '']);
    expect(listed.out).toContain(`global flake:nixpkgs ${mirror.url}/channels/nixpkgs-unstable/nixexprs.tar.xz`);
    expect(listed.out).toContain(`global flake:${CHANNEL} ${mirror.url}/channels/${CHANNEL}/nixexprs.tar.xz`);
    // The tarballs of the reference are no flakes; their source is what can be had of them.
    const flake = `(builtins.fetchTree { type = "indirect"; id = "${CHANNEL}"; }).narHash`;
    const fetched = await nix.run('nix', 'eval', '--impure', ...registry, '--expr', flake);
    expect([fetched.code, fetched.out]).toEqual([0, expect.stringContaining('sha256-')]);
  });

  /** This Nix does not know the Link; a later one locks the address in it, so that this is what has to give the same. */
  it('is locked by a flake to the very contents that are at the address of the lock', async () => {
    const nix = await client();
    const flake = join(nix.home, 'flake');
    await mkdir(flake);
    const tarball = `${mirror.url}/channels/${CHANNEL}/nixexprs.tar.xz`;
    const input = `{ inputs.nixpkgs = { url = "${tarball}"; flake = false; }; outputs = _: { }; }`;
    await writeFile(join(flake, 'flake.nix'), input);
    const locking = await nix.run('nix', 'flake', 'lock', `path:${flake}`);
    expect([locking.code, locking.errors]).toEqual([0, expect.any(String)]);
    const { nodes } = JSON.parse(await readFile(join(flake, 'flake.lock'), 'utf8')) as {
      readonly nodes: { readonly nixpkgs: { readonly locked: { readonly narHash: string } } };
    };
    const [, address = ''] =
      /^<([^>]+)>/.exec((await ask(`/channels/${CHANNEL}/nixexprs.tar.xz`)).headers.get('link') ?? '') ?? [];
    const { narHash } = nodes.nixpkgs.locked;
    const tree = `{ type = "tarball"; url = "${address.replace(/\?.*/, '')}"; narHash = "${narHash}"; }`;
    const later = await client();
    const read = await later.run(
      'nix',
      'eval',
      '--expr',
      `builtins.readFile "\${builtins.fetchTree ${tree}}/.git-revision"`,
    );
    expect([read.code, read.out]).toEqual([0, expect.stringContaining(release.rev)]);
  });

  it('gives the lock that upstream gives, with the address of this mirror', async () => {
    for (const file of ['nixexprs.tar.xz', 'nixexprs.tar.zst']) {
      const { status, headers } = await ask(`/channels/${CHANNEL}/${file}`);
      const address = `${mirror.url}/releases/${release.prefix}/${file}`;
      expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([302, address, 'no-store']);
      const theirs = await fetch(`${world.upstream.url}/channels/${CHANNEL}/${file}`, { redirect: 'manual' });
      const ours = (theirs.headers.get('link') ?? '').replace(`${world.upstream.url}/`, `${mirror.url}/`);
      expect(ours).toContain(`?rev=${release.rev}&lastModified=${LOCKED_AT}>`);
      expect(headers.get('link')).toBe(ours);
      expect((await ask(`/releases/${release.prefix}/${file}?rev=${release.rev}`)).headers.get('link')).toBe(ours);
    }
  });

  it('has upstream’s files, but for where the binary cache is', async () => {
    for (const file of ['git-revision', 'src-url', 'store-paths.xz', 'nixexprs.tar.xz']) {
      const answer = await ask(`/channels/${CHANNEL}/${file}`, { redirect: 'follow' });
      expect([file, answer.status]).toEqual([file, 200]);
      expect((await upstreams(file)).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    }
    const own = await ask(`/channels/${CHANNEL}/binary-cache-url`, { redirect: 'follow' });
    expect(await own.text()).toBe(mirror.url);
  });

  it('is told of in the feed and on the page of channels', async () => {
    expect(await (await ask('/channels.atom')).text()).toContain(
      `<title>${CHANNEL} is at ${release.prefix.split('/').at(-1)}<`,
    );
    expect(await (await ask('/channels')).text()).toContain(`href="/releases/${release.prefix}"`);
  });
});
