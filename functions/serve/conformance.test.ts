/** What every client may count on, over each way to a wire: node:http that streams, node:http that redirects, a function URL. */
import { request } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { fromEvent, toResult } from './function-url.ts';
import { createRequestListener } from './local.ts';
import { respond } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(100) });
const nar = hello.narFile.toString('latin1');
const narPath = `/${hello.narKey}`;
const narInfoPath = `/${hello.hash}.narinfo`;
const size = nar.length;
const listing = '{"version":1,"root":{"type":"regular","size":600}}';
const drv = `${'0'.repeat(32)}-hello-2.12.drv`;
const log = 'building\ninstalling\n';
const debugInfo = '{"archive":"../nar/x.nar.xz","member":"lib/debug/.build-id/ab/cd.debug"}';
const absent = '1'.repeat(32);
const LATER = 'Fri, 01 Jan 2100 00:00:00 GMT';

async function filled(more: Parameters<typeof serveWorld>[0] = {}): Promise<ServeWorld> {
  const world = serveWorld(more);
  const { bucket } = world;
  const encoded = { metadata: { 'content-encoding': 'br' } };
  await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await bucket.put(hello.narKey, hello.narFile, { metadata: { 'nar-hash': hello.narHash } });
  await bucket.put(`${hello.hash}.ls`, brotliCompressSync(listing), encoded);
  await bucket.put(`log/${drv}`, brotliCompressSync(log), encoded);
  await bucket.put('debuginfo/abcd', debugInfo);
  return world;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}
interface Question {
  readonly path: string;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
type Ask = (question: Question) => Promise<Got>;

interface Rule {
  readonly rule: string;
  readonly ask: string | Question;
  readonly status: number;
  /** `null`: there is no such header. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  readonly body?: string;
  /** Redirected where objects are. */
  readonly large?: boolean;
}

const withRange = (range: string, more: Readonly<Record<string, string>> = {}): Question => ({
  path: narPath,
  headers: { range, ...more },
});
const BROTLI = { 'accept-encoding': 'gzip, br' };
const forever = 'public, max-age=31536000, immutable';

const rules: readonly Rule[] = [
  {
    rule: 'says what this cache is',
    ask: '/nix-cache-info',
    status: 200,
    headers: { 'content-type': 'text/x-nix-cache-info', 'content-encoding': null },
    body: 'StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n',
  },
  {
    rule: 'gives a narinfo byte for byte',
    ask: narInfoPath,
    status: 200,
    headers: {
      'content-type': 'text/x-nix-narinfo',
      'content-length': String(hello.narInfo.length),
      'cache-control': 'public, max-age=86400',
      'content-encoding': null,
      etag: /^"[^"]+"$/,
      'access-control-allow-origin': '*',
    },
    body: hello.narInfo,
  },
  { rule: 'takes a query for nothing', ask: `${narInfoPath}?a=../..&b`, status: 200, body: hello.narInfo },
  { rule: 'reads a path that is percent-encoded', ask: narInfoPath.replace('.', '%2e'), status: 200 },
  {
    rule: 'gives a part of a narinfo',
    ask: { path: narInfoPath, headers: { range: 'bytes=0-8' } },
    status: 206,
    headers: { 'content-range': `bytes 0-8/${hello.narInfo.length}` },
    body: 'StorePath',
  },
  {
    rule: 'gives a NAR',
    ask: narPath,
    status: 200,
    headers: {
      'content-type': 'application/x-nix-nar',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'cache-control': forever,
      'content-encoding': null,
      etag: /^"[^"]+"$/,
      'last-modified': / GMT$/,
    },
    body: nar,
    large: true,
  },
  {
    rule: 'gives a NAR as it is, whatever encodings are taken',
    ask: { path: narPath, headers: { 'accept-encoding': 'gzip, br, zstd' } },
    status: 200,
    headers: { 'content-encoding': null },
    body: nar,
    large: true,
  },
  {
    rule: 'gives the part that is asked for, and says that it takes ranges',
    ask: withRange('bytes=10-19'),
    status: 206,
    headers: { 'content-range': `bytes 10-19/${size}`, 'content-length': '10', 'accept-ranges': 'bytes' },
    body: nar.slice(10, 20),
    large: true,
  },
  { rule: 'gives the rest', ask: withRange('bytes=100-'), status: 206, body: nar.slice(100), large: true },
  { rule: 'gives the end', ask: withRange('bytes=-7'), status: 206, body: nar.slice(-7), large: true },
  { rule: 'gives all for several ranges', ask: withRange('bytes=0-1,4-5'), status: 200, body: nar, large: true },
  {
    rule: 'has nothing beyond the end, and does not let that be kept',
    ask: withRange(`bytes=${size}-`),
    status: 416,
    headers: { 'content-range': `bytes */${size}`, 'cache-control': 'no-store' },
  },
  {
    rule: 'gives all when the asker has the beginning of another one',
    ask: withRange('bytes=10-19', { 'if-range': '"other"' }),
    status: 200,
    body: nar,
    large: true,
  },
  {
    rule: 'has nothing new for who has anything',
    ask: { path: narPath, headers: { 'if-none-match': '*' } },
    status: 304,
    headers: { 'cache-control': forever, etag: /^"/ },
    body: '',
  },
  {
    rule: 'has nothing new since then',
    ask: { path: narInfoPath, headers: { 'if-modified-since': LATER } },
    status: 304,
    body: '',
  },
  {
    rule: 'lets the tag count and not the date',
    ask: { path: narInfoPath, headers: { 'if-modified-since': LATER, 'if-none-match': '"other"' } },
    status: 200,
  },
  {
    rule: 'gives a listing as it is stored',
    ask: { path: `/${hello.hash}.ls`, headers: BROTLI },
    status: 200,
    headers: { 'content-type': 'application/json', 'content-encoding': 'br', vary: 'Accept-Encoding' },
    large: true,
  },
  {
    rule: 'decodes a listing for who does not take that',
    ask: { path: `/${hello.hash}.ls`, headers: { 'accept-encoding': 'gzip, br;q=0' } },
    status: 200,
    headers: { 'content-encoding': null, vary: 'Accept-Encoding', etag: /-decoded"$/ },
    body: listing,
  },
  { rule: 'decodes a log for who says nothing', ask: `/log/${drv}`, status: 200, body: log },
  {
    rule: 'gives a log as text',
    ask: `/log/${drv}`,
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  },
  {
    rule: 'says where debug symbols are',
    ask: '/debuginfo/abcd',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: debugInfo,
    large: true,
  },
  { rule: 'also by the name of old', ask: '/debuginfo/abcd.debug', status: 200, body: debugInfo, large: true },
  ...[`/${absent}.narinfo`, '/nar/none.nar.xz', `/${absent}.ls`, '/debuginfo/ab', `/log/${absent}-x.drv`].map(
    (ask): Rule => ({
      rule: `does not have ${ask}, and may have it soon`,
      ask,
      status: 404,
      headers: { 'cache-control': 'public, max-age=30', 'content-type': /^text\/plain/ },
      body: '404',
    }),
  ),
  ...[`/realisations/sha256:${'a'.repeat(64)}!out.doi`, `/build-trace-v2/${drv}/out.doi`].map(
    (ask): Rule => ({ rule: `has no realisations: ${ask}`, ask, status: 404, body: '404' }),
  ),
  ...['/nar/../nix-cache-info', '/nar/%2e%2e/x', '/%00', '/%', '/.meta/x', '//nix-cache-info', '/channels/%ff'].map(
    (ask): Rule => ({ rule: `has nothing at ${ask}`, ask, status: 404 }),
  ),
  ...[`/${hello.hash.toUpperCase()}.narinfo`, `/${hello.hash}x.narinfo`, `/${'e'.repeat(32)}.narinfo`].map(
    (ask): Rule => ({ rule: `takes ${ask} for no narinfo`, ask, status: 404 }),
  ),
  ...['PUT', 'POST', 'DELETE', 'PATCH'].map(
    (method): Rule => ({
      rule: `takes no ${method}`,
      ask: { path: narPath, method },
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    }),
  ),
  {
    rule: 'lets web pages ask',
    ask: { path: narPath, method: 'OPTIONS', headers: { origin: 'https://x.example' } },
    status: 204,
    headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD' },
  },
];

const asQuestion = (ask: Rule['ask']): Question => (typeof ask === 'string' ? { path: ask } : ask);

/** The raw answer, undecoded: `fetch` would add headers and unpack. */
const httpAsk =
  (url: string): Ask =>
  ({ path, method = 'GET', headers = {} }) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      request({ hostname, port, path, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('latin1');
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Got['headers'], body });
        });
      })
        .on('error', reject)
        .end();
    });

const eventAsk =
  (world: ServeWorld): Ask =>
  async ({ path, method = 'GET', headers = {} }) => {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const event = { rawPath, rawQueryString, headers, requestContext: { http: { method }, domainName: 'x.example' } };
    const asked = fromEvent(event as unknown as APIGatewayProxyEventV2, { PUBLIC_URL: undefined });
    const result = await toResult(await respond(asked, world.deps), rawPath);
    const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8').toString('latin1');
    return { status: result.statusCode ?? 0, headers: result.headers as Got['headers'], body };
  };

const redirecting = {
  delivery: { kind: 'redirect', presign: async (key: string) => `https://bucket.example/${key}?signature=x` },
} as const;
const config = { HOST: '127.0.0.1', PORT: 0, PUBLIC_URL: undefined, TRUST_PROXY: [] };

const wires = [
  {
    wire: 'node:http that streams',
    redirects: false,
    open: async () => {
      const server = await listenHttp(createRequestListener({ deps: (await filled()).deps, config }));
      return { ask: httpAsk(server.url), close: () => server.close() };
    },
  },
  {
    wire: 'node:http that redirects',
    redirects: true,
    open: async () => {
      const server = await listenHttp(createRequestListener({ deps: (await filled(redirecting)).deps, config }));
      return { ask: httpAsk(server.url), close: () => server.close() };
    },
  },
  {
    wire: 'a function URL',
    redirects: true,
    open: async () => ({ ask: eventAsk(await filled(redirecting)), close: async () => undefined }),
  },
];

describe.each(wires)('$wire', ({ redirects, open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const expectHeaders = (got: Got, headers: Rule['headers'] = {}): void => {
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) expect([name, got.headers[name]]).toEqual([name, undefined]);
      else if (value instanceof RegExp) expect(got.headers[name]).toMatch(value);
      else expect([name, got.headers[name]]).toEqual([name, value]);
    }
  };

  it.each(rules)('$rule', async ({ ask: asked, status, headers, body, large }) => {
    const question = asQuestion(asked);
    const got = await opened.ask(question);
    if (redirects && large) {
      const key = question.path.slice(1).replace('.debug', '');
      expect(got).toMatchObject({ status: 302, headers: { location: `https://bucket.example/${key}?signature=x` } });
      expectHeaders(got, { 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
      return;
    }
    expect(got.status).toBe(status);
    expectHeaders(got, headers);
    if (body !== undefined) expect(got.body).toBe(body);
  });

  it('has nothing new for who has it by one of several tags', async () => {
    const { etag = '' } = (await opened.ask({ path: narPath, method: 'HEAD' })).headers;
    const got = await opened.ask({ path: narPath, headers: { 'if-none-match': `"other", W/${etag}` } });
    expect(got).toMatchObject({ status: 304, body: '' });
    const resumed = await opened.ask(withRange('bytes=5-', { 'if-range': etag }));
    expect(resumed.status).toBe(redirects ? 302 : 206);
  });

  it.each(rules.filter(({ ask: asked }) => asQuestion(asked).method === undefined))(
    'answers HEAD likewise: $rule',
    async ({ ask: asked, status, headers }) => {
      const got = await opened.ask({ ...asQuestion(asked), method: 'HEAD' });
      expect([got.status, got.body]).toEqual([status, '']);
      expectHeaders(got, headers);
    },
  );
});
