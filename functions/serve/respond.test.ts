import fc from 'fast-check';
import { bytesOf } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { isMatch } from './if-none-match.ts';
import { requestedRange } from './range.ts';
import { type Answer, type Asked, respond } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(100) });
const cacheInfo = 'StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n';
const size = hello.narFile.length;

async function serving() {
  const bucket = memoryBucket();
  await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await bucket.put(hello.narKey, hello.narFile);
  const deps = { bucket, cacheInfo, log: memoryLog() };
  const ask = async (path: string, more: Partial<Asked> = {}) =>
    read(await respond({ method: 'GET', path, ...more }, deps));
  return { ask, deps };
}

const read = async ({ body, ...answer }: Answer) => ({ ...answer, body: await textOf(body) });

async function textOf(body: Answer['body']): Promise<string | undefined> {
  if (body === undefined || typeof body === 'string') return body;
  return Buffer.from(body instanceof Uint8Array ? body : await bytesOf(body.body)).toString('latin1');
}

const nar = hello.narFile.toString('latin1');

describe('respond', () => {
  it('says what this cache is', async () => {
    const { ask } = await serving();
    expect(await ask('/nix-cache-info')).toMatchObject({
      status: 200,
      body: cacheInfo,
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
    for (const path of ['/nix-cache-info', `/${hello.hash}.narinfo`, `/${hello.narKey}`, '/nothing', '/healthz']) {
      const [get, head] = [await ask(path), await ask(path, { method: 'HEAD' })];
      expect(head).toEqual({ ...get, body: undefined });
    }
  });

  it('answers a known etag with 304', async () => {
    const { ask } = await serving();
    for (const path of [`/${hello.hash}.narinfo`, `/${hello.narKey}`]) {
      const { etag } = (await ask(path)).headers;
      expect(await ask(path, { ifNoneMatch: `"other", W/${etag}` })).toMatchObject({ status: 304, body: undefined });
      expect(await ask(path, { ifNoneMatch: '*' })).toMatchObject({ status: 304 });
      expect(await ask(path, { ifNoneMatch: '"other"' })).toMatchObject({ status: 200 });
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
    expect(await ask(`/${hello.narKey}`, { method: 'PUT' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it('answers a narinfo that it cannot look up with 404, and a NAR with 503', async () => {
    const { deps } = await serving();
    const down = () => Promise.reject(new BucketFailed('down'));
    const broken = { ...deps, bucket: { name: 'down', head: down, get: down } };
    const narInfo = await respond({ method: 'GET', path: `/${hello.hash}.narinfo` }, broken);
    expect(narInfo).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
    expect(await respond({ method: 'GET', path: `/${hello.narKey}` }, broken)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '30' },
    });
    expect(await respond({ method: 'GET', path: '/healthz' }, broken)).toMatchObject({ status: 503 });
    expect(deps.log.lines).toHaveLength(3);
  });

  it('never throws and never answers a 5xx, whatever the path', async () => {
    const { deps } = await serving();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.webPath(),
          fc.string().map((s) => `/nar/${s}`),
        ),
        async (path) => {
          expect((await respond({ method: 'GET', path }, deps)).status).toBeLessThan(500);
        },
      ),
    );
  });
});

describe('requestedRange', () => {
  it('always lies within the object', () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `bytes=${a}-${b}`),
      fc.nat(30).map((n) => `bytes=-${n}`),
    );
    fc.assert(
      fc.property(header, fc.nat(20), (text, length) => {
        const range = requestedRange(text, length);
        if (typeof range === 'string') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.first).toBeLessThanOrEqual(range.last);
        expect(range.last).toBeLessThan(length);
      }),
    );
  });

  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=5-99', { first: 5, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=1-2,4-5', 'whole'],
    ['items=1-2', 'whole'],
    ['bytes=-', 'whole'],
    [undefined, 'whole'],
  ])('reads %s of ten bytes', (header, expected) => {
    expect(requestedRange(header, 10)).toEqual(expected);
  });
});

describe('isMatch', () => {
  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    [undefined, false],
  ])('%s', (header, expected) => {
    expect(isMatch(header, '"a"')).toBe(expected);
  });
});
