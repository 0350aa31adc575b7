/** The real Nix over bad lines, and with a second substituter when ours lacks something or goes away. */
import { join } from 'node:path';
import { type BadLine, openBadLine } from '../support/bad-line.ts';
import { describeWithNix } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import type { Mirror } from '../support/mirror.ts';
import { freshNix, type NixClient } from '../support/nix.ts';
import { closureOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';

/** A NAR file that takes more than one answer over a bad line. */
const LARGE_BYTES = 90_000;

describeWithNix('the real Nix', (shared) => {
  let world: World;
  let mirror: Mirror;
  /** Of the first release: a closure with a NAR that is large. */
  let large: string;
  const opened: BadLine[] = [];
  let clients = 0;

  beforeAll(async () => {
    world = await openWorld(shared);
    await world.once();
    mirror = await world.lasting({ POLL_INTERVAL: '1h' });
    const { reference } = world;
    const listed = reference.releases.filter(({ step }) => step === 0).flatMap((release) => release.listed);
    const sizes = await Promise.all(
      listed.map(async (path) => {
        const { url = '' } = reference.paths.get(path) ?? {};
        const head = await fetch(`${mirror.url}/${url}`, { method: 'HEAD' });
        return { path, size: Number(head.headers.get('content-length')) };
      }),
    );
    const most = sizes.reduce((largest, one) => (one.size > largest.size ? one : largest));
    expect(most.size).toBeGreaterThan(LARGE_BYTES);
    large = most.path;
  });
  afterAll(async () => {
    for (const line of opened) await line.close();
    await world.close();
  });

  /** Asks the substituters in this order, whatever they say of themselves. */
  const client = (...urls: readonly string[]): Promise<NixClient> => {
    clients += 1;
    const substituters = urls.map((url, i) => `${url}?priority=${i + 1}`);
    const trustedPublicKeys = [world.reference.publicKey];
    return freshNix(join(world.folder, `client-${clients}`), { substituters, trustedPublicKeys });
  };
  const line = async (how: 'cut' | 'stall'): Promise<BadLine> => {
    const bad = await openBadLine(mirror.url, how);
    opened.push(bad);
    return bad;
  };
  const install = (nix: NixClient, path: string, ...options: readonly string[]) =>
    nix.run('nix-store', '-r', '--store', nix.store, path, ...options);

  it('gets a NAR whole by resuming where each connection is cut after a third of it', async () => {
    const bad = await line('cut');
    expect(await install(await client(bad.url), large)).toMatchObject({ code: 0, out: `${large}\n` });
    expect(bad.ended()).toBeGreaterThanOrEqual(2);
    expect(bad.resumed()).toBeGreaterThanOrEqual(2);
  });

  it('gets a NAR whole by resuming where each connection falls silent', async () => {
    const bad = await line('stall');
    const patience = ['--option', 'stalled-download-timeout', '1'];
    expect(await install(await client(bad.url), large, ...patience)).toMatchObject({ code: 0, out: `${large}\n` });
    expect(bad.resumed()).toBeGreaterThanOrEqual(2);
  });

  it('goes on at the next substituter in under two seconds where ours lacks the path', async () => {
    const { reference, upstream } = world;
    const here = closureOf(
      reference,
      reference.releases.filter(({ step }) => step === 0).flatMap((one) => one.listed),
    );
    const absent = [...reference.paths.keys()].find(
      (path) => !here.has(path) && closureOf(reference, [path]).size === 1,
    );
    expect(absent).toBeDefined();
    const nix = await client(mirror.url, `${upstream.url}/cache`);
    const installed = await install(nix, absent ?? '');
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.seconds).toBeLessThan(2);
  });

  it('installs from the next substituter what ours can not give any more, because it went down mid-way', async () => {
    const { upstream } = world;
    const other = await openWorld(shared);
    try {
      await other.once();
      const doomed = await other.lasting({ POLL_INTERVAL: '1h' });
      const bad = await openBadLine(doomed.url, 'stall'); // holds the first large NAR until the mirror is gone
      opened.push(bad);
      const nix = await client(bad.url, `${upstream.url}/cache`);
      const installing = install(nix, large, '--option', 'stalled-download-timeout', '2');
      await until('a NAR to be on its way', async () => bad.ended() > 0, 20_000);
      await doomed.stop();
      await bad.close();
      expect(await installing).toMatchObject({ code: 0, out: `${large}\n` });
    } finally {
      await other.close();
    }
  });
});
