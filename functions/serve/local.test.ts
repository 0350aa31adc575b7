import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { text as textAnswer } from './answer.ts';
import { createRequestListener, type ListenerOptions } from './local.ts';
import type { Section, ServeDeps } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(10_000) });
const config: ListenerOptions['config'] = { HOST: '127.0.0.1', PORT: 8080, PUBLIC_URL: undefined, TRUST_PROXY: [] };

async function serving(...told: Parameters<typeof serveWorld>): Promise<ServeWorld> {
  const world = serveWorld(...told);
  await world.bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await world.bucket.put(hello.narKey, hello.narFile);
  return world;
}

const listeningTo = ({ deps }: ServeWorld, more: Partial<ListenerOptions['config']> = {}): Promise<HttpServer> =>
  listenHttp(createRequestListener({ deps, config: { ...config, ...more } }));

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
