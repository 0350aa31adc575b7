import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { BucketFailed } from '../../shared/errors.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { text as textAnswer } from './answer.ts';
import { createRequestListener, type ListenerOptions } from './local.ts';
import type { Section, ServeDeps } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(10_000) });
const config: ListenerOptions['config'] = { HOST: '127.0.0.1', PORT: 8080, PUBLIC_URL: undefined, TRUST_PROXY: [] };

const refused = new BucketFailed('refused', {
  bucket: 's3://b',
  operation: 'head',
  key: hello.narKey,
  answer: 'ECONNREFUSED',
});

async function serving(...told: Parameters<typeof serveWorld>): Promise<ServeWorld> {
  const world = serveWorld(...told);
  await world.bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await world.bucket.put(hello.narKey, hello.narFile);
  return world;
}

const listeningTo = (
  { deps }: ServeWorld,
  more: Partial<ListenerOptions['config']> = {},
  options: Pick<ListenerOptions, 'mostStreams'> = {},
): Promise<HttpServer> => listenHttp(createRequestListener({ ...options, deps, config: { ...config, ...more } }));

/** They come when answers have gone out, which those who ask may see first; a moment more, and there would be too many. */
async function recordsOf({ records }: ServeWorld, count: number) {
  for (let waits = 0; records.length < count && waits < 2_500; waits += 1) await delay(2);
  await delay(20);
  expect(records).toHaveLength(count);
  return records;
}

/** Asks on one connection, and leaves it when so many tildes have come. */
const askAndLeave = ({ url }: HttpServer, requests: string, afterTildes = 0): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = 0;
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1').split('~').length - 1;
      if (heard >= afterTildes) socket.destroy();
    });
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.write(requests);
  });

/** Reads what `stream` gives instead of each body. */
function withBodies(world: ServeWorld, stream: () => AsyncIterable<Uint8Array>): ServeWorld {
  const get: ServeDeps['bodies']['get'] = async (key, options) => {
    const found = await world.deps.bucket.get(key, options);
    return found && { ...found, body: stream() };
  };
  return { ...world, deps: { ...world.deps, bodies: { get } } };
}

describe('serve behind node:http', () => {
  it('streams a NAR, and a part of it', async () => {
    await using server = await listeningTo(await serving());
    const whole = await fetch(`${server.url}/${hello.narKey}?query=harmless`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(hello.narFile)).toBe(true);
    const part = await fetch(`${server.url}/${hello.narKey}`, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(hello.narFile.subarray(100, 200))).toBe(true);
  });

  it('breaks the connection when an object breaks off, so that nobody takes it for whole', async () => {
    const broken = withBodies(await serving(), async function* () {
      yield Buffer.from('half');
      throw new Error('disk gone');
    });
    await using server = await listeningTo(broken);
    await expect(fetch(`${server.url}/${hello.narKey}`).then((answer) => answer.arrayBuffer())).rejects.toThrow();
  });

  it('lets go of what it reads for clients that go away in the middle', async () => {
    let [open, most] = [0, 0];
    const endless = withBodies(await serving(), async function* () {
      open += 1;
      most = Math.max(most, open);
      try {
        for (;;) {
          yield Buffer.alloc(16);
          await delay(1);
        }
      } finally {
        open -= 1;
      }
    });
    await using server = await listeningTo(endless);
    const leave = () =>
      new Promise<void>((resolve) => {
        const asking = request(`${server.url}/${hello.narKey}`, (response) =>
          response.once('data', () => asking.destroy()),
        );
        asking
          .on('error', () => undefined)
          .on('close', resolve)
          .end();
      });
    await Promise.all(Array.from({ length: 200 }, leave));
    for (let waits = 0; open > 0 && waits < 200; waits += 1) await delay(10);
    expect([most > 1, open]).toEqual([true, 0]);
    expect((await fetch(`${server.url}/nix-cache-info`)).status).toBe(200);
  });

  it('lets go at once of a client that has gone, though what it waits for does not come', async () => {
    let cancelled = 0;
    const section: Section = async ({ path }) =>
      path === '/never'
        ? {
            status: 200,
            headers: {},
            body: {
              stream: (async function* () {
                yield Buffer.from('first');
                await new Promise<never>(() => undefined);
              })(),
              cancel: () => {
                cancelled += 1;
              },
            },
          }
        : undefined;
    await using server = await listeningTo(await serving({ sections: [section] }));
    await new Promise<void>((resolve) => {
      const asking = request(`${server.url}/never`, (response) => response.once('data', () => asking.destroy()));
      asking
        .on('error', () => undefined)
        .on('close', resolve)
        .end();
    });
    for (let waits = 0; cancelled === 0 && waits < 200; waits += 1) await delay(10);
    expect(cancelled).toBe(1);
  });

  it('answers a few requests of one connection at once, and hangs up on who sends a flood', async () => {
    await using server = await listeningTo(await serving());
    const said = async (requests: number): Promise<number> => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      const one = (last: boolean) =>
        `GET /nix-cache-info HTTP/1.1\r\nHost: a\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
      socket.write(Array.from({ length: requests }, (_, i) => one(i === requests - 1)).join(''));
      const heard = await text(socket).catch(() => '');
      return heard.split('HTTP/1.1 200').length - 1;
    };
    expect(await said(8)).toBe(8);
    expect(await said(200)).toBeLessThan(200);
    expect((await fetch(`${server.url}/nix-cache-info`)).status).toBe(200);
  });

  it('reads no body of a request, and keeps no connection that has one', async () => {
    await using server = await listeningTo(await serving());
    const answer = await fetch(`${server.url}/nix-cache-info`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([answer.status, answer.headers.get('connection')]).toEqual([405, 'close']);
  });

  describe('writes down one record for each answer', () => {
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const stalling = async function* () {
      for (let i = 0; i < 3; i += 1) yield Buffer.alloc(1_000, '~');
      await new Promise<never>(() => undefined);
    };

    it('with what had gone out when the client left in the middle', async () => {
      const world = withBodies(await serving(), stalling);
      await using server = await listeningTo(world);
      await askAndLeave(server, get(`/${hello.narKey}`), 3_000);
      expect(await recordsOf(world, 1)).toMatchObject([{ route: 'nar', status: 200, cache: 'hit', body_bytes: 3_000 }]);
    });

    it('with nothing when the client left before anything had gone out', async () => {
      const gate = Promise.withResolvers<void>();
      const slow: Section = async ({ path }) => {
        if (path !== '/slow') return undefined;
        await gate.promise;
        return textAnswer(200, 'late');
      };
      const world = await serving({ sections: [slow] });
      await using server = await listeningTo(world);
      await askAndLeave(server, get('/nix-cache-info') + get('/slow'));
      await recordsOf(world, 1);
      for (let waits = 0; server.sockets.open > 0 && waits < 2_500; waits += 1) await delay(2);
      gate.resolve();
      expect(await recordsOf(world, 2)).toMatchObject([
        { route: 'cache_info', status: 200 },
        { route: 'other', status: 200, body_bytes: 0 },
      ]);
    });

    it('and for those that still waited for their turn', async () => {
      const world = withBodies(await serving(), stalling);
      await using server = await listeningTo(world);
      const requests = get(`/${hello.narKey}`) + get('/nix-cache-info') + get(`/${hello.narKey}`);
      await askAndLeave(server, requests, 3_000);
      const records = await recordsOf(world, 3);
      const told = records.map((record) => record.kind === 'request' && `${record.route} ${record.body_bytes}`);
      expect(told.sort()).toEqual(['cache_info 0', 'nar 0', 'nar 3000']);
    });

    it('and none for a request that was refused and had no answer', async () => {
      const held = Promise.withResolvers<never>();
      held.promise.catch(() => undefined);
      const stuck: Section = ({ path }) => (path === '/stuck' ? held.promise : Promise.resolve(undefined));
      const world = await serving({ sections: [stuck] });
      await using server = await listeningTo(world);
      await askAndLeave(server, get('/stuck').repeat(20));
      held.reject(new Error('gone'));
      const records = await recordsOf(world, 8 + 1); // those that were under way, and what failed
      expect(records.filter(({ kind }) => kind === 'failure')).toHaveLength(1);
    });

    it('with what was answered in its place when too much is streamed already', async () => {
      const world = withBodies(await serving(), stalling);
      await using server = await listeningTo(world, {}, { mostStreams: 1 });
      const first = request(`${server.url}/${hello.narKey}`).on('error', () => undefined);
      first.end();
      await new Promise((streaming) => first.once('response', streaming));
      expect((await fetch(`${server.url}/${hello.narKey}`)).status).toBe(503);
      first.destroy();
      const records = await recordsOf(world, 3);
      expect(records[0]).toMatchObject({ route: 'nar', status: 503, cache: 'error', error: 'OVERLOADED' });
      expect(records[0]).not.toHaveProperty('store_hash');
      expect(records[1]).toMatchObject({ kind: 'failure', code: 'OVERLOADED' });
      expect(records[2]).toMatchObject({ status: 200, cache: 'hit' });
    });

    it('with the bytes of a body whose length nobody knew before', async () => {
      const plain = 'x'.repeat(100_000);
      const world = await serving();
      const metadata = { 'content-encoding': 'br' };
      await world.bucket.put(`${hello.hash}.ls`, brotliCompressSync(plain), { metadata });
      await using server = await listeningTo(world);
      const heard = await fetch(`${server.url}/${hello.hash}.ls`, { headers: { 'accept-encoding': 'identity' } });
      expect(await heard.text()).toBe(plain);
      expect(await recordsOf(world, 1)).toMatchObject([{ route: 'listing', body_bytes: plain.length }]);
    });

    it('with what it waited for a bucket, and none where the answer was remembered', async () => {
      const slow = await serving();
      const { bucket } = slow;
      const late = { ...bucket, get: (...of: Parameters<typeof bucket.get>) => delay(5).then(() => bucket.get(...of)) };
      const world = serveWorld({ read: late });
      await using server = await listeningTo(world);
      const path = `${server.url}/${hello.hash}.narinfo`;
      await (await fetch(path)).text();
      await (await fetch(path)).text();
      const [first, second] = (await recordsOf(world, 2)).map(
        (record) => record.kind === 'request' && record.backend_us,
      );
      expect(first).toBeGreaterThan(0);
      expect(second).toBe(0);
    });

    it.each([
      ['127.0.0.0/8', 'DE'],
      ['10.0.0.0/8', undefined],
    ])('with the country that a proxy says, when it is of %s', async (trusted, country) => {
      const world = await serving();
      const told = { TRUST_PROXY: [trusted], COUNTRY_HEADER: 'x-country' };
      await using server = await listeningTo(world, told);
      await (await fetch(`${server.url}/nix-cache-info`, { headers: { 'x-country': 'DE' } })).text();
      const [record] = await recordsOf(world, 1);
      expect(record?.kind === 'request' && record.country).toBe(country);
    });

    it('of a client that asked for more than the storage could say', async () => {
      const down = { name: 's3://b', head: () => Promise.reject(refused), get: () => Promise.reject(refused) };
      const world = serveWorld({ read: down });
      await using server = await listeningTo(world);
      for (const path of [`${hello.hash}.narinfo`, hello.narKey]) await (await fetch(`${server.url}/${path}`)).text();
      const records = await recordsOf(world, 3);
      expect(records[0]).toMatchObject({ route: 'narinfo', status: 404, cache: 'error', error: 'BUCKET_FAILED' });
      expect(records[1]).toMatchObject({ route: 'nar', status: 503, cache: 'error', error: 'BUCKET_FAILED' });
      expect(records[2]).toMatchObject({ kind: 'failure', message: 's3://b did not head: ECONNREFUSED' });
      expect(JSON.stringify(records)).not.toContain(hello.hash);
    });
  });

  describe('knows where it is asked', () => {
    const where: Section = async ({ path, mirrorUrl }) => (path === '/where' ? textAnswer(200, mirrorUrl) : undefined);
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'mirror.example.org' };

    it('by what the request says, and by no header that anybody can send', async () => {
      await using server = await listeningTo(await serving({ sections: [where] }));
      expect(await (await fetch(`${server.url}/where`, { headers })).text()).toBe(server.url);
    });

    it('by a proxy that is trusted', async () => {
      await using server = await listeningTo(await serving({ sections: [where] }), { TRUST_PROXY: ['127.0.0.0/8'] });
      expect(await (await fetch(`${server.url}/where`, { headers })).text()).toBe('https://mirror.example.org');
    });
  });
});
