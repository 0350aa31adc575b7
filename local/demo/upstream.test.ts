import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../../shared/bucket/bucket.ts';
import { parseChannelName } from '../../shared/nix/release.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { httpBinaryCache } from '../../shared/upstream/binary-cache.ts';
import { httpChannels } from '../../shared/upstream/channels.ts';
import { createHttpClient, type HttpClient } from '../../shared/upstream/http-client.ts';
import { answersOf } from './request-listener.ts';
import { type DemoUpstream, demoUpstream } from './upstream.ts';
import { createWorld, DEMO_SEED, type World } from './world.ts';

const live = AbortSignal.timeout(60_000);
const unstable = parseChannelName('nixos-unstable');

let world: World;
let directory: string;
let upstream: DemoUpstream;
let server: HttpServer;
let client: HttpClient;
beforeAll(async () => {
  world = await createWorld(DEMO_SEED);
}, 30_000);
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-upstream-'));
  upstream = demoUpstream(world, join(directory, 'standing.json'));
  server = await listenHttp(answersOf(upstream));
  client = createHttpClient({ userAgent: 'Copycat/0 (+test)', origins: [server.url] });
});
afterEach(async () => {
  await client.close();
  await server.close();
  await rm(directory, { recursive: true });
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  fetch(server.url + path, { headers, method, redirect: 'manual' });
const narPath = (): string => `/cache/${world.store.get(world.landmarks.hello.hash)?.narKey}`;

describe('the demo’s upstream', () => {
  it('is understood by our own adapters', async () => {
    const channels = httpChannels(`${server.url}/channels`, `${server.url}/releases`, client);
    const cache = httpBinaryCache(`${server.url}/cache`, client);
    const release = await channels.resolve(unstable, live);
    expect(release).toBe(world.channels.get(unstable)?.[0]);
    const { files } = await channels.releasePage(release, live);
    for (const { name, size } of files)
      expect((await bytesOf((await channels.file(release, name, live)).body)).length).toBe(size);
    const { hello, missing } = world.landmarks;
    expect((await cache.narInfo(hello.hash, live)).toString()).toBe(world.store.get(hello.hash)?.narInfo);
    await expect(cache.narInfo(missing.hash, live)).rejects.toMatchObject({ reason: 'missing' });
    await expect(channels.resolve(parseChannelName('nixos-20.03'), live)).rejects.toThrow('there is no channel');
  });

  it('redirects a channel’s files, and says which tarball a lock may name', async () => {
    const release = world.releases.get(upstream.advance(unstable) ?? ('' as never));
    const answer = await get('/channels/nixos-unstable/nixexprs.tar.xz');
    expect(answer.status).toBe(302);
    const location = `${server.url}/releases/${release?.prefix}/nixexprs.tar.xz`;
    expect(answer.headers.get('location')).toBe(location);
    expect(answer.headers.get('link')).toMatch(
      new RegExp(`^<${location}\\?rev=${release?.revision}&lastModified=\\d+>; rel="immutable"$`),
    );
    expect((await get('/channels/nixos-unstable/nothing')).status).toBe(404);
  });

  it('answers ranges, conditions and HEAD', async () => {
    const whole = await get(narPath());
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
    const rest = await get(narPath(), { range: 'bytes=10-' });
    expect([rest.status, rest.headers.get('accept-ranges')]).toEqual([206, 'bytes']);
    expect(rest.headers.get('content-range')).toBe(`bytes 10-${bytes.length - 1}/${bytes.length}`);
    expect(bytes.subarray(10).equals(Buffer.from(await rest.arrayBuffer()))).toBe(true);
    expect((await get(narPath(), { range: 'bytes=10-', 'if-range': '"other"' })).status).toBe(200);
    expect((await get(narPath(), { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await get(narPath(), { 'if-none-match': etag })).status).toBe(304);
    const head = await get(narPath(), {}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect((await get(narPath(), {}, 'DELETE')).headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers a miss as cache.nixos.org does', async () => {
    const answer = await get('/cache/00000000000000000000000000000000.narinfo');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      404,
      'text/plain',
      '404',
    ]);
    expect((await get('/cache/../package.json')).status).toBe(404);
  });

  it('moves a channel and repairs a path when told, and knows it after a restart', async () => {
    const { corrupt } = world.landmarks;
    const key = world.store.get(corrupt.hash)?.narKey ?? '';
    const rightly = (one: DemoUpstream): boolean => {
      const found = one.find(`/cache/${key}`);
      return found?.kind === 'file' && found.bytes === world.objects.get(key);
    };
    expect(rightly(upstream)).toBe(false);
    expect((await get('/_advance/nixos-unstable', {}, 'POST')).status).toBe(200);
    expect((await get(`/_repair/${corrupt.hash}`, {}, 'POST')).status).toBe(200);
    expect((await get(`/_repair/${corrupt.hash}`, {}, 'POST')).status).toBe(404);

    const again = demoUpstream(world, join(directory, 'standing.json'));
    expect(rightly(again)).toBe(true);
    expect(again.outlook.channels[0]).toMatchObject({ channel: 'nixos-unstable', at: 1 });
    expect(again.outlook.broken.map(({ kind }) => kind)).toEqual(['missing']);
    again.advance(unstable);
    expect(again.advance(unstable)).toBeUndefined();
  });

  it('sends over a narrow line what it sends over a wide one', async () => {
    const slow = await listenHttp(answersOf(upstream, { latencyMs: 5, bytesPerSecond: 50_000_000 }));
    const [fast, narrow] = await Promise.all([get(narPath()), fetch(slow.url + narPath())]);
    expect(Buffer.from(await narrow.arrayBuffer()).equals(Buffer.from(await fast.arrayBuffer()))).toBe(true);
    await slow.close();
  });
});
