import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Listening, listening } from '../../shared/testing/listening.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { text } from './answer.ts';
import { createRequestListener, type ListenerOptions } from './local.ts';
import type { Section } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(10_000) });
const config: ListenerOptions['config'] = { HOST: '127.0.0.1', PORT: 8080, PUBLIC_URL: undefined, TRUST_PROXY: [] };

async function serving(...told: Parameters<typeof serveWorld>): Promise<ServeWorld> {
  const world = serveWorld(...told);
  await world.bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await world.bucket.put(hello.narKey, hello.narFile);
  return world;
}

const listeningTo = ({ deps }: ServeWorld, more: Partial<ListenerOptions['config']> = {}): Promise<Listening> =>
  listening(createRequestListener({ deps, config: { ...config, ...more } }));

/** Reads what `stream` gives instead of each body. */
function withBodies(world: ServeWorld, stream: () => AsyncIterable<Uint8Array>): ServeWorld {
  const { bucket } = world.deps;
  const get: typeof bucket.get = async (key, options) => {
    const found = await bucket.get(key, options);
    return found && { ...found, body: stream() };
  };
  return { ...world, deps: { ...world.deps, bucket: { ...bucket, get } } };
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
          yield Buffer.alloc(64 * 1024);
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

  it('reads no body of a request, and keeps no connection that has one', async () => {
    await using server = await listeningTo(await serving());
    const answer = await fetch(`${server.url}/nix-cache-info`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([answer.status, answer.headers.get('connection')]).toEqual([405, 'close']);
  });

  describe('knows where it is asked', () => {
    const where: Section = async ({ path, mirrorUrl }) => (path === '/where' ? text(200, mirrorUrl) : undefined);
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
