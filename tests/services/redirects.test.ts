/** Redirects to a real MinIO: what a client gets there, what a redirect is good for, and that the real Nix follows. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readServeConfig, type ServeConfig } from '../../functions/serve/config.ts';
import { createRequestListener } from '../../functions/serve/local.ts';
import { openServe } from '../../functions/serve/open.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { formatPublicKey } from '../../shared/nix/signature.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { storeObject, TEST_KEY } from '../../shared/testing/store-objects.ts';
import { freshNix } from '../support/nix.ts';
import { startProgram } from '../support/program.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { type CuttingFront, openCuttingFront } from './cutting-front.ts';
import { findMinio, startMinio } from './minio.ts';
import type { S3Server } from './s3-server.ts';

const program = await findMinio();
const describeMinio = program ? describe : describe.skip;
const itWithCurl = spawnSync('curl', ['--version']).status === 0 ? it : it.skip;
const itWithNix = spawnSync('nix-store', ['--version']).status === 0 ? it : it.skip;

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(20_000), compression: 'zstd' });
/** Large enough to break off in the middle. */
const large = storeObject('large-1.0', { contents: randomBytes(6_000_000).toString('latin1'), compression: 'none' });
const CUT_AFTER = 2_000_000;

describeMinio('serve with NAR_DELIVERY=redirect', () => {
  let minio: S3Server;
  let front: CuttingFront;
  let server: HttpServer;
  let config: ServeConfig;

  beforeAll(async () => {
    minio = await startMinio(program ?? '');
    front = await openCuttingFront(minio.endpoint);
    setEnvironment({
      ...minio.credentials,
      BUCKET: await minio.createBucket('public'),
      STATE: await minio.createBucket('state'),
      NAR_DELIVERY: 'redirect',
      S3_PUBLIC_ENDPOINT: front.endpoint,
      LOG_LEVEL: 'error',
      SPOOL: 'off',
    });
    config = readServeConfig();
    const bucket = openBucket(config.BUCKET);
    await bucket.put('nix-cache-info', 'StoreDir: /nix/store\n');
    for (const { hash, narInfo, narKey, narFile, narHash } of [hello, large]) {
      await bucket.put(`${hash}.narinfo`, narInfo);
      await bucket.put(narKey, narFile, { metadata: { 'nar-hash': narHash } });
    }
    await bucket.put('nar/other.nar', 'other');
    server = await listenHttp(createRequestListener({ deps: openServe(config), config }));
  });
  afterAll(async () => {
    await server.close();
    await front.close();
    await minio.close();
  });

  const locationOf = async (path: string): Promise<URL> => {
    const answer = await fetch(`${server.url}/${path}`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    return new URL(answer.headers.get('location') ?? '');
  };

  it('sends a client to the NAR in the bucket, whose type is right there too', async () => {
    const answer = await fetch(`${server.url}/${hello.narKey}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(hello.narFile)).toBe(true);
    expect(answer.url.startsWith(`${front.endpoint}/public/${hello.narKey}?`)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('application/x-nix-nar');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('lets it fetch a part there', async () => {
    const answer = await fetch(`${server.url}/${hello.narKey}`, { headers: { range: 'bytes=5-14' } });
    expect(answer.status).toBe(206);
    expect(Buffer.from(await answer.arrayBuffer()).equals(hello.narFile.subarray(5, 15))).toBe(true);
  });

  it('answers HEAD by itself, as the bucket would not', async () => {
    const answer = await fetch(`${server.url}/${hello.narKey}`, { method: 'HEAD', redirect: 'manual' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(hello.narFile.length)]);
  });

  it('signs for the one object and for reading only, for so long as it is told', async () => {
    const location = await locationOf(hello.narKey);
    expect(location.searchParams.get('X-Amz-Expires')).toBe(String(6 * 3_600));
    const other = new URL(location);
    other.pathname = '/public/nar/other.nar';
    expect((await fetch(other)).status).toBe(403);
    other.pathname = '/state/lease.json';
    expect((await fetch(other)).status).toBe(403);
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(location, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  itWithNix('is a substituter to the real Nix', async () => {
    const folder = await makeFolder();
    try {
      const trustedPublicKeys = [formatPublicKey(TEST_KEY)];
      const nix = await freshNix(join(folder, 'client'), { substituters: [server.url], trustedPublicKeys });
      const path = `/nix/store/${hello.hash}-hello-2.12`;
      expect(await nix.run('nix-store', '-r', '--store', nix.store, path)).toMatchObject({ code: 0, out: `${path}\n` });
    } finally {
      await removeFolder(folder);
    }
  });

  itWithNix(
    'is one to the real Nix when the connection breaks in the middle of a NAR, which it takes up where it was',
    async () => {
      const folder = await makeFolder();
      front.cut(2, CUT_AFTER);
      try {
        const trustedPublicKeys = [formatPublicKey(TEST_KEY)];
        const nix = await freshNix(join(folder, 'client'), { substituters: [server.url], trustedPublicKeys });
        const path = `/nix/store/${large.hash}-large-1.0`;
        expect(await nix.run('nix-store', '-r', '--store', nix.store, path)).toMatchObject({
          code: 0,
          out: `${path}\n`,
        });
        const [first, ...more] = front.requests();
        expect(first).toMatchObject({ cut: true, range: undefined });
        expect(more.length).toBeGreaterThanOrEqual(2);
        for (const { range } of more) expect(range).toMatch(/^bytes=[1-9]\d*-/); // through a redirect of its own each time
      } finally {
        await removeFolder(folder);
      }
    },
  );

  itWithCurl('lets curl take up a NAR that broke off, by a redirect of its own', async () => {
    const folder = await makeFolder();
    const file = join(folder, 'nar');
    front.cut(1, CUT_AFTER);
    try {
      const fetchOn = () =>
        startProgram('curl', ['-sSL', '-C', '-', '-o', file, `${server.url}/${large.narKey}`]).end(60_000);
      expect(await fetchOn()).toBe(18); // a partial file
      expect((await stat(file)).size).toBeLessThan(large.narFile.length);
      expect(await fetchOn()).toBe(0);
      expect((await readFile(file)).equals(large.narFile)).toBe(true);
      expect(front.requests().map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]/)]);
    } finally {
      await removeFolder(folder);
    }
  });

  it('turns narinfos into misses, quickly, once the bucket is down, and is back with it', async () => {
    const ask = () => fetch(`${server.url}/${hello.hash}.narinfo`);
    expect((await ask()).status).toBe(200);
    await minio.kill();
    for (let i = 0; i < 4; i += 1)
      expect((await fetch(`${server.url}/nar/other.nar`, { redirect: 'manual' })).status).toBe(503);
    const began = performance.now();
    for (let i = 0; i < 50; i += 1) expect((await ask()).status).toBe(404);
    expect(performance.now() - began).toBeLessThan(10_000); // one probe a second, and no waiting for the others
    await minio.start();
    let status = 404;
    for (let tries = 0; status !== 200 && tries < 100; tries += 1) {
      ({ status } = await ask());
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(status).toBe(200);
  });
});
