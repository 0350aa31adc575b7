/** The adapters on the sample upstream, served as cache.nixos.org, channels.nixos.org and releases.nixos.org serve. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { Unavailable } from '../errors.ts';
import { parseChannelName, parseReleasePrefix } from '../nix/release.ts';
import { parseStorePathHash } from '../nix/store-path.ts';
import { describeWithReference } from '../testing/reference.ts';
import { httpBinaryCache } from './binary-cache.ts';
import { httpChannels } from './channels.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { userAgent } from './user-agent.ts';

const live = AbortSignal.timeout(60_000);

describeWithReference('the sample upstream', (reference) => {
  if (spawnSync('python3', ['--version']).status !== 0) {
    process.stderr.write('SKIPPED, for there is no python3: the sample upstream\n');
    it.skip('needs python3', () => undefined);
    return;
  }
  const sample = join(reference, 'upstream', 'small');
  let server: ChildProcess;
  let client: HttpClient;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const script = join(reference, 'upstream', 'serve.py');
    server = spawn('python3', [script, sample, '--port', String(port), '--rate-503', '0.02'], { stdio: 'ignore' });
    await once(server, 'spawn');
    client = createHttpClient({
      userAgent: userAgent('https://mirror.example'),
      origins: [url],
      connections: 8,
      attempts: 10, // it is asked while it starts, too
      sleep: async (ms) => new Promise((over) => setTimeout(over, Math.min(ms, 100))),
    });
  }, 20_000);
  afterAll(async () => {
    await client?.close();
    if (server?.exitCode === null && server.kill()) await once(server, 'exit');
  });

  it('has channels whose releases list files with their very SHA-256', async () => {
    const channels = httpChannels(`${url}/channels`, `${url}/releases`, client);
    const names = await readdir(join(sample, 'channels'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const release = await channels.resolve(parseChannelName(name), live);
      expect(release).toBe((await readFile(join(sample, 'channels', name), 'utf8')).trim());
      const { files, revision, releasedAt } = await channels.releasePage(release, live);
      expect(revision).toBe(await readFile(join(sample, 'releases', release, 'git-revision'), 'utf8'));
      expect(releasedAt.getUTCFullYear()).toBe(2026);
      expect(files.map((file) => file.name)).toEqual((await readdir(join(sample, 'releases', release))).sort());
      for (const file of files) {
        const { body, contentLength } = await channels.file(release, file.name, live);
        expect(contentLength).toBe(file.size);
        expect(await sha256Of(body)).toBe(file.sha256);
      }
    }
  });

  it('has a page for every release, and each is understood', async () => {
    const channels = httpChannels(`${url}/channels`, `${url}/releases`, client);
    const pages = (await readdir(join(sample, 'releases'), { recursive: true })).filter((path) =>
      path.endsWith('.html'),
    );
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) {
      const { files } = await channels.releasePage(parseReleasePrefix(page.slice(0, -'.html'.length)), live);
      expect(files.map((file) => file.name)).toContain('store-paths.xz');
    }
  });

  it('has a cache whose narinfos and nars arrive byte for byte', async () => {
    const cache = httpBinaryCache(`${url}/cache`, client);
    const narInfos = (await readdir(join(sample, 'cache'))).filter((name) => name.endsWith('.narinfo'));
    expect(narInfos.length).toBeGreaterThan(100);
    await Promise.all(
      narInfos.map(async (name) => {
        const stored = await readFile(join(sample, 'cache', name));
        const narInfo = await cache.narInfo(parseStorePathHash(basename(name, '.narinfo')), live);
        expect(narInfo.equals(stored)).toBe(true);
        const key = /^URL: (.*)$/m.exec(narInfo.toString())?.[1] ?? '';
        const nar = await cache.nar(key, live);
        expect(await sha256Of(nar.body)).toBe(await sha256Of([await readFile(join(sample, 'cache', key))]));
      }),
    );
    await expect(cache.narInfo(parseStorePathHash('0'.repeat(32)), live)).rejects.toThrow(Unavailable);
  });
});

async function sha256Of(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
