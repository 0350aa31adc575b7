import fc from 'fast-check';
import { BucketFailed } from '../../shared/errors.ts';
import { CACHE_INFO, type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { text } from './answer.ts';
import type { ServeDeps } from './respond.ts';
import type { ReadBucket } from './steady-bucket.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(100) });
const size = hello.narFile.length;
const nar = hello.narFile.toString('latin1');

async function serving(more: Parameters<typeof serveWorld>[0] = {}): Promise<ServeWorld> {
  const world = serveWorld(more);
  await world.bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await world.bucket.put(hello.narKey, hello.narFile);
  return world;
}

const down: ReadBucket = {
  name: 'down',
  head: () => Promise.reject(new BucketFailed('down')),
  get: () => Promise.reject(new BucketFailed('down')),
};

describe('respond', () => {
  it('says what this cache is', async () => {
    const { ask } = await serving();
    expect(await ask('/nix-cache-info')).toMatchObject({
      status: 200,
      body: CACHE_INFO,
      headers: { 'content-type': 'text/x-nix-cache-info' },
    });
  });

  it('gives a narinfo byte for byte', async () => {
    const { ask } = await serving();
    const answer = await ask(`/${hello.hash}.narinfo`);
    expect(answer).toMatchObject({
      status: 200,
      body: hello.narInfo,
      headers: { 'content-type': 'text/x-nix-narinfo' },
    });
    expect(answer.headers['content-length']).toBe(String(hello.narInfo.length));
  });

  it('gives a NAR whole, or the part that is asked for', async () => {
    const { ask } = await serving();
    const path = `/${hello.narKey}`;
    expect(await ask(path)).toMatchObject({ status: 200, body: nar, headers: { 'accept-ranges': 'bytes' } });
    expect(await ask(path, { range: 'bytes=10-19' })).toMatchObject({
      status: 206,
      body: nar.slice(10, 20),
      headers: { 'content-range': `bytes 10-19/${size}`, 'content-length': '10', 'accept-ranges': 'bytes' },
    });
    expect(await ask(path, { range: 'bytes=700-' })).toMatchObject({ status: 206, body: nar.slice(700) });
    expect(await ask(path, { range: 'bytes=-5' })).toMatchObject({ status: 206, body: nar.slice(-5) });
    const beyond = await ask(path, { range: `bytes=${size}-` });
    expect(beyond).toMatchObject({
      status: 416,
      headers: { 'content-range': `bytes */${size}`, 'cache-control': 'no-store' },
    });
  });

  it('answers HEAD as GET, without a body', async () => {
    const { ask } = await serving();
    for (const path of ['/nix-cache-info', `/${hello.hash}.narinfo`, `/${hello.narKey}`, '/nothing']) {
      const [get, head] = [await ask(path), await ask(path, { method: 'HEAD' })];
      expect(head).toEqual({ ...get, body: undefined });
    }
  });

  it.each([
    '/',
    `/${'0'.repeat(32)}.narinfo`,
    '/nar/none.nar',
    '/../etc/passwd',
    '/.meta/nar/x',
    '/%',
    '/staged/x',
    '//',
    '/nar/..%2f..%2fx',
  ])('has no %s', async (path) => {
    const { ask } = await serving();
    expect(await ask(path)).toMatchObject({ status: 404, body: '404' });
  });

  it('refuses to be written to, and says what it takes', async () => {
    const { ask } = await serving();
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get']) {
      expect(await ask(`/${hello.narKey}`, { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD, OPTIONS' },
      });
    }
  });

  it('answers a narinfo that it cannot look up with 404, and a NAR with 503', async () => {
    const { ask, log } = await serving({ read: down });
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({
      status: 404,
      headers: { 'cache-control': 'no-store' },
    });
    expect(await ask(`/${hello.narKey}`)).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(log.lines).toHaveLength(2);
  });

  it('gives the log of a derivation, and by the name of its output', async () => {
    const { ask, bucket } = await serving();
    const object = storeObject('logged-1', { wrong: { Deriver: `${'0'.repeat(32)}-logged-1.drv` } });
    await bucket.put(`${object.hash}.narinfo`, object.narInfo);
    await bucket.put(`log/${'0'.repeat(32)}-logged-1.drv`, 'building');
    for (const name of [`${'0'.repeat(32)}-logged-1.drv`, `${object.hash}-logged-1`])
      expect(await ask(`/log/${name}`)).toMatchObject({ status: 200, body: 'building' });
    expect(await ask(`/log/${hello.hash}-hello-2.12`)).toMatchObject({ status: 404 });
  });

  it('never throws and never answers a 5xx, whatever the path', async () => {
    const { ask } = await serving();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.webPath(),
          fc.string().map((s) => `/nar/${s}`),
        ),
        async (path) => {
          expect((await ask(path)).status).toBeLessThan(500);
        },
      ),
    );
  });

  it('tells shared caches that pages go by the host that was asked, unless it is always the same', async () => {
    const page: ServeDeps['sections'] = [async () => text(200, 'page', { vary: 'Accept-Encoding' })];
    const told = await serving({ sections: page, byHost: true });
    expect((await told.ask('/page')).headers.vary).toBe('Accept-Encoding, Host, X-Forwarded-Host, X-Forwarded-Proto');
    expect((await told.ask(`/${hello.hash}.narinfo`)).headers.vary).toBeUndefined();
    expect((await (await serving({ sections: page })).ask('/page')).headers.vary).toBe('Accept-Encoding');
  });

  it('ends the look-up of a narinfo whose body does not come', async () => {
    const stalled: ReadBucket = {
      name: 'stalled',
      head: async () => undefined,
      get: async () => ({
        size: 10,
        etag: '"a"',
        lastModified: new Date(0),
        metadata: {},
        body: (async function* () {
          await new Promise<never>(() => undefined);
          yield Buffer.from('');
        })(),
      }),
    };
    const { ask } = await serving({ read: stalled });
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({
      status: 404,
      headers: { 'cache-control': 'no-store' },
    });
  });

  it('says what is our fault without saying more', async () => {
    const broken: ServeDeps['sections'] = [() => Promise.reject(new TypeError('secret at /srv/x'))];
    const { ask, log } = await serving({ sections: broken });
    const answer = await ask('/page');
    expect(answer).toMatchObject({ status: 500, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).not.toContain('secret');
    expect(log.lines).toMatchObject([{ level: 'error', event: 'answer.failed' }]);
  });
});
