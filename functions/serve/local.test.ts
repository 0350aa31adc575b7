import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { memoryLog } from '../../shared/log.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { fromEvent, toResult } from './function-url.ts';
import { createRequestListener } from './local.ts';
import { respond } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(10_000) });

async function serving() {
  const bucket = memoryBucket();
  await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await bucket.put(hello.narKey, hello.narFile);
  return { bucket, cacheInfo: 'StoreDir: /nix/store\n', log: memoryLog() };
}

async function listening(deps: Awaited<ReturnType<typeof serving>>) {
  const server = createServer(createRequestListener(deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

describe('serve behind node:http', () => {
  it('streams a NAR, and a part of it', async () => {
    await using server = await listening(await serving());
    const whole = await fetch(`${server.url}/${hello.narKey}?query=harmless`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(hello.narFile)).toBe(true);
    const part = await fetch(`${server.url}/${hello.narKey}`, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(hello.narFile.subarray(100, 200))).toBe(true);
  });

  it('breaks the connection when an object breaks off, so that nobody takes it for whole', async () => {
    const deps = await serving();
    const broken = async function* () {
      yield Buffer.from('half');
      throw new Error('disk gone');
    };
    const get: typeof deps.bucket.get = async (key, options) => {
      const found = await deps.bucket.get(key, options);
      return found && { ...found, body: broken() };
    };
    await using server = await listening({ ...deps, bucket: { ...deps.bucket, get } });
    const answer = await fetch(`${server.url}/${hello.narKey}`);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  it('outlives a client that goes away in the middle', async () => {
    const deps = await serving();
    await using server = await listening(deps);
    await new Promise<void>((resolve) => {
      const asking = request(`${server.url}/${hello.narKey}`, (response) =>
        response.once('data', () => asking.destroy()),
      );
      asking
        .on('error', () => undefined)
        .on('close', resolve)
        .end();
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe('serve behind a function URL', () => {
  const event = (rawPath: string, method = 'GET') =>
    ({ rawPath, headers: {}, requestContext: { http: { method } } }) as unknown as Parameters<typeof fromEvent>[0];

  it('gives the same narinfo as node:http does', async () => {
    const deps = await serving();
    const result = await toResult(await respond(fromEvent(event(`/${hello.hash}.narinfo`)), deps));
    await using server = await listening(deps);
    const answer = await fetch(`${server.url}/${hello.hash}.narinfo`);
    expect(result).toMatchObject({ statusCode: answer.status, isBase64Encoded: true });
    expect(Buffer.from(result.body ?? '', 'base64').toString()).toBe(await answer.text());
    expect(result.headers?.etag).toBe(answer.headers.get('etag'));
  });

  it('gives bytes as base64', async () => {
    const result = await toResult(await respond(fromEvent(event(`/${hello.narKey}`)), await serving()));
    expect(Buffer.from(result.body ?? '', 'base64').equals(hello.narFile)).toBe(true);
    expect(result.isBase64Encoded).toBe(true);
  });

  it('answers 404 for a narinfo that breaks off while it is read: never a 5xx', async () => {
    const deps = await serving();
    const torn = async function* () {
      yield Buffer.from('StorePath: ');
      throw new Error('disk gone');
    };
    const get: typeof deps.bucket.get = async (key, options) => {
      const found = await deps.bucket.get(key, options);
      return found && { ...found, body: torn() };
    };
    const broken = { ...deps, bucket: { ...deps.bucket, get } };
    for (const path of [`/${hello.hash}.narinfo`, `/${hello.narKey}`]) {
      const result = await toResult(await respond(fromEvent(event(path)), broken));
      expect(result.statusCode).toBe(404);
    }
  });

  it('has no body for HEAD', async () => {
    const result = await toResult(await respond(fromEvent(event(`/${hello.narKey}`, 'HEAD')), await serving()));
    expect(result).toMatchObject({ statusCode: 200, body: '' });
  });
});
