/** What every client may count on, and what is written down of it, over each way to a wire: node:http that streams, node:http that
 * redirects, a function URL. */
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { CacheResult, Route } from '../../events/request-record.ts';
import { formatBaseName, parseStorePathBaseName } from '../../shared/nix/store-path.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { VERSION } from '../../shared/upstream/user-agent.ts';
import { createEventAnswerer } from './function-url.ts';
import { createRequestListener } from './local.ts';

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
const stored = { listing: brotliCompressSync(listing), log: brotliCompressSync(log) };
const LATER = 'Fri, 01 Jan 2100 00:00:00 GMT';

async function filled(more: Parameters<typeof serveWorld>[0] = {}): Promise<ServeWorld> {
  const world = serveWorld(more);
  const { bucket } = world;
  const encoded = { metadata: { 'content-encoding': 'br' } };
  await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await bucket.put(hello.narKey, hello.narFile, {
    metadata: { 'nar-hash': hello.narHash, 'store-path': formatBaseName(hello.path) },
  });
  await bucket.put(`${hello.hash}.ls`, stored.listing, encoded);
  await bucket.put(`log/${drv}`, stored.log, encoded);
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
  readonly logged: Logged;
}

/** What the record of it says, besides what follows from question and answer. */
interface Logged {
  readonly route: Route;
  /** Default `hit`. Where it is redirected, it is `redirect`. */
  readonly cache?: CacheResult;
  readonly given?: { readonly hash: string; readonly name?: string };
  readonly partial?: true;
  /** Bytes that a redirect stands for. */
  readonly promised?: number;
}

const helloGiven = { hash: hello.hash, name: 'hello-2.12' };
const narGiven: Logged = { route: 'nar', given: helloGiven, promised: size };
const partOf = (promised: number): Logged => ({ ...narGiven, partial: true, promised });
const narInfoGiven: Logged = { route: 'narinfo', given: helloGiven };
const listingGiven: Logged = { route: 'listing', given: { hash: hello.hash }, promised: stored.listing.length };
const logGiven: Logged = { route: 'log', given: parseStorePathBaseName(drv), promised: stored.log.length };
const debugInfoGiven: Logged = { route: 'debuginfo', promised: debugInfo.length };
const missed = (route: Route): Logged => ({ route, cache: 'miss' });

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
    logged: { route: 'cache_info', cache: 'local' },
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
    logged: narInfoGiven,
  },
  {
    rule: 'takes a query for nothing',
    ask: `${narInfoPath}?a=../..&b`,
    status: 200,
    body: hello.narInfo,
    logged: narInfoGiven,
  },
  {
    rule: 'reads a path that is percent-encoded',
    ask: narInfoPath.replace('.', '%2e'),
    status: 200,
    logged: narInfoGiven,
  },
  {
    rule: 'gives a part of a narinfo',
    ask: { path: narInfoPath, headers: { range: 'bytes=0-8' } },
    status: 206,
    headers: { 'content-range': `bytes 0-8/${hello.narInfo.length}` },
    body: 'StorePath',
    logged: narInfoGiven,
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
    logged: narGiven,
  },
  {
    rule: 'gives a NAR as it is, whatever encodings are taken',
    ask: { path: narPath, headers: { 'accept-encoding': 'gzip, br, zstd' } },
    status: 200,
    headers: { 'content-encoding': null },
    body: nar,
    large: true,
    logged: narGiven,
  },
  {
    rule: 'gives the part that is asked for, and says that it takes ranges',
    ask: withRange('bytes=10-19'),
    status: 206,
    headers: { 'content-range': `bytes 10-19/${size}`, 'content-length': '10', 'accept-ranges': 'bytes' },
    body: nar.slice(10, 20),
    large: true,
    logged: partOf(size - 10),
  },
  {
    rule: 'gives the rest',
    ask: withRange('bytes=100-'),
    status: 206,
    body: nar.slice(100),
    large: true,
    logged: partOf(size - 100),
  },
  {
    rule: 'gives the end',
    ask: withRange('bytes=-7'),
    status: 206,
    body: nar.slice(-7),
    large: true,
    logged: partOf(7),
  },
  {
    rule: 'gives all for several ranges',
    ask: withRange('bytes=0-1,4-5'),
    status: 200,
    body: nar,
    large: true,
    logged: partOf(size),
  },
  {
    rule: 'has nothing beyond the end, and does not let that be kept',
    ask: withRange(`bytes=${size}-`),
    status: 416,
    headers: { 'content-range': `bytes */${size}`, 'cache-control': 'no-store' },
    logged: { route: 'nar', cache: 'local', partial: true },
  },
  {
    rule: 'gives all when the asker has the beginning of another one',
    ask: withRange('bytes=10-19', { 'if-range': '"other"' }),
    status: 200,
    body: nar,
    large: true,
    logged: partOf(size),
  },
  {
    rule: 'has nothing new for who has anything',
    ask: { path: narPath, headers: { 'if-none-match': '*' } },
    status: 304,
    headers: { 'cache-control': forever, etag: /^"/ },
    body: '',
    logged: { ...narGiven, cache: 'not_modified' },
  },
  {
    rule: 'has nothing new since then',
    ask: { path: narInfoPath, headers: { 'if-modified-since': LATER } },
    status: 304,
    body: '',
    logged: { ...narInfoGiven, cache: 'not_modified' },
  },
  {
    rule: 'lets the tag count and not the date',
    ask: { path: narInfoPath, headers: { 'if-modified-since': LATER, 'if-none-match': '"other"' } },
    status: 200,
    logged: narInfoGiven,
  },
  {
    rule: 'gives a listing as it is stored',
    ask: { path: `/${hello.hash}.ls`, headers: BROTLI },
    status: 200,
    headers: { 'content-type': 'application/json', 'content-encoding': 'br', vary: 'Accept-Encoding' },
    large: true,
    logged: listingGiven,
  },
  {
    rule: 'decodes a listing for who does not take that',
    ask: { path: `/${hello.hash}.ls`, headers: { 'accept-encoding': 'gzip, br;q=0' } },
    status: 200,
    headers: { 'content-encoding': null, vary: 'Accept-Encoding', etag: /-decoded"$/ },
    body: listing,
    logged: listingGiven,
  },
  { rule: 'decodes a log for who says nothing', ask: `/log/${drv}`, status: 200, body: log, logged: logGiven },
  {
    rule: 'gives a log as text',
    ask: `/log/${drv}`,
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    logged: logGiven,
  },
  {
    rule: 'says where debug symbols are',
    ask: '/debuginfo/abcd',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: debugInfo,
    large: true,
    logged: debugInfoGiven,
  },
  {
    rule: 'also by the name of old',
    ask: '/debuginfo/abcd.debug',
    status: 200,
    body: debugInfo,
    large: true,
    logged: debugInfoGiven,
  },
  ...(
    [
      ['narinfo', `/${absent}.narinfo`],
      ['nar', '/nar/none.nar.xz'],
      ['listing', `/${absent}.ls`],
      ['debuginfo', '/debuginfo/ab'],
      ['log', `/log/${absent}-x.drv`],
    ] as const
  ).map(
    ([route, ask]): Rule => ({
      rule: `does not have ${ask}, and may have it soon`,
      ask,
      status: 404,
      headers: { 'cache-control': 'public, max-age=30', 'content-type': /^text\/plain/ },
      body: '404',
      logged: missed(route),
    }),
  ),
  ...[`/realisations/sha256:${'a'.repeat(64)}!out.doi`, `/build-trace-v2/${drv}/out.doi`].map(
    (ask): Rule => ({
      rule: `has no realisations: ${ask}`,
      ask,
      status: 404,
      body: '404',
      logged: missed('realisation'),
    }),
  ),
  ...['/nar/../nix-cache-info', '/nar/%2e%2e/x', '/%00', '/%', '/.meta/x', '//nix-cache-info', '/channels/%ff'].map(
    (ask): Rule => ({ rule: `has nothing at ${ask}`, ask, status: 404, logged: missed('other') }),
  ),
  ...[`/${hello.hash.toUpperCase()}.narinfo`, `/${hello.hash}x.narinfo`, `/${'e'.repeat(32)}.narinfo`].map(
    (ask): Rule => ({ rule: `takes ${ask} for no narinfo`, ask, status: 404, logged: missed('other') }),
  ),
  ...['PUT', 'POST', 'DELETE', 'PATCH'].map(
    (method): Rule => ({
      rule: `takes no ${method}`,
      ask: { path: narPath, method },
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS' },
      logged: { route: 'nar', cache: 'local' },
    }),
  ),
  {
    rule: 'lets web pages ask',
    ask: { path: narPath, method: 'OPTIONS', headers: { origin: 'https://x.example' } },
    status: 204,
    headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD' },
    logged: { route: 'nar', cache: 'local' },
  },
];

const asQuestion = (ask: Rule['ask']): Question => (typeof ask === 'string' ? { path: ask } : ask);

const NIX = { 'user-agent': 'curl/8.14.1 Nix/2.31.2 somebody' };

/** The raw answer, undecoded: `fetch` would add headers and unpack. */
const httpAsk =
  (url: string): Ask =>
  ({ path, method = 'GET', headers = {} }) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      request({ hostname, port, path, method, headers: { ...NIX, ...headers } }, (response) => {
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

const eventAsk = (world: ServeWorld): Ask => {
  const answer = createEventAnswerer({ deps: world.deps, config: { PUBLIC_URL: undefined } });
  return async ({ path, method = 'GET', headers = {} }) => {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const requestContext = { http: { method }, domainName: 'x.example' };
    const event = { rawPath, rawQueryString, headers: { ...NIX, ...headers }, requestContext };
    const result = await answer(event as unknown as APIGatewayProxyEventV2);
    const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8').toString('latin1');
    return { status: result.statusCode ?? 0, headers: result.headers as Got['headers'], body };
  };
};

const redirecting = {
  delivery: { kind: 'redirect', presign: async (key: string) => `https://bucket.example/${key}?signature=x` },
} as const;
const config = { HOST: '127.0.0.1', PORT: 0, PUBLIC_URL: undefined, TRUST_PROXY: [] };

const overHttp = async (world: ServeWorld) => {
  const server = await listenHttp(createRequestListener({ deps: world.deps, config }));
  return { world, ask: httpAsk(server.url), close: () => server.close() };
};

const wires = [
  { wire: 'node:http that streams', redirects: false, open: async () => overHttp(await filled()) },
  { wire: 'node:http that redirects', redirects: true, open: async () => overHttp(await filled(redirecting)) },
  {
    wire: 'a function URL',
    redirects: true,
    open: async () => {
      const world = await filled(redirecting);
      return { world, ask: eventAsk(world), close: async () => undefined };
    },
  },
];

describe.each(wires)('$wire', ({ redirects, open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let asked = 0;
  const ask: Ask = (question) => {
    asked += 1;
    return opened.ask(question);
  };
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  /** Of the question before: it comes when the answer has gone out, which the asker may see first. */
  async function record() {
    const { records } = opened.world;
    for (let waits = 0; records.length < asked && waits < 2_500; waits += 1) await delay(2);
    expect(records).toHaveLength(asked);
    const { id: _, ts: __, ...told } = records.at(-1) ?? {};
    return told;
  }

  const expected = (
    { route, cache = 'hit', given, partial }: Logged,
    { method = 'GET' }: Question,
    { status, bytes }: { readonly status: number; readonly bytes: number },
  ) => ({
    v: 1,
    kind: 'request',
    route,
    method,
    status,
    ...(partial && { partial }),
    cache,
    ...(given && { store_hash: given.hash }),
    ...(given?.name !== undefined && { name: given.name }),
    body_bytes: bytes,
    duration_us: expect.any(Number),
    backend_us: expect.any(Number),
    client: 'Nix',
    client_version: '2.31.2',
    service_version: VERSION,
  });

  const expectHeaders = (got: Got, headers: Rule['headers'] = {}): void => {
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) expect([name, got.headers[name]]).toEqual([name, undefined]);
      else if (value instanceof RegExp) expect(got.headers[name]).toMatch(value);
      else expect([name, got.headers[name]]).toEqual([name, value]);
    }
  };

  it.each(rules)('$rule', async ({ ask: what, status, headers, body, large, logged }) => {
    const question = asQuestion(what);
    const got = await ask(question);
    if (redirects && large) {
      const key = question.path.slice(1).replace('.debug', '');
      expect(got).toMatchObject({ status: 302, headers: { location: `https://bucket.example/${key}?signature=x` } });
      expectHeaders(got, { 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
      const bytes = logged.promised ?? 0;
      expect(await record()).toEqual(expected({ ...logged, cache: 'redirect' }, question, { status: 302, bytes }));
      return;
    }
    expect(got.status).toBe(status);
    expectHeaders(got, headers);
    if (body !== undefined) expect(got.body).toBe(body);
    expect(await record()).toEqual(expected(logged, question, { status, bytes: got.body.length }));
  });

  it('has nothing new for who has it by one of several tags', async () => {
    const { etag = '' } = (await ask({ path: narPath, method: 'HEAD' })).headers;
    const got = await ask({ path: narPath, headers: { 'if-none-match': `"other", W/${etag}` } });
    expect(got).toMatchObject({ status: 304, body: '' });
    const resumed = await ask(withRange('bytes=5-', { 'if-range': etag }));
    expect(resumed.status).toBe(redirects ? 302 : 206);
  });

  it.each(rules.filter(({ ask: what }) => asQuestion(what).method === undefined))(
    'answers HEAD likewise: $rule',
    async ({ ask: what, status, headers, logged }) => {
      const question = { ...asQuestion(what), method: 'HEAD' };
      const got = await ask(question);
      expect([got.status, got.body]).toEqual([status, '']);
      expectHeaders(got, headers);
      expect(await record()).toEqual(expected(logged, question, { status, bytes: 0 }));
    },
  );
});
