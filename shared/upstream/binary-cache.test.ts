import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Unavailable, UpstreamFailed } from '../errors.ts';
import { MOST_NARINFO_BYTES } from '../nix/narinfo.ts';
import { parseStorePathHash } from '../nix/store-path.ts';
import { type HttpServer, listenHttp } from '../testing/http-server.ts';
import { type BinaryCache, httpBinaryCache } from './binary-cache.ts';
import { itIsABinaryCache } from './contract.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

const HASH = parseStorePathHash('8p5yxz3nvzfrr3zvgnbxwn2cy9zz1s2q');
const live = AbortSignal.timeout(60_000);

let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let server: HttpServer;
let client: HttpClient;
let cache: BinaryCache;

beforeAll(async () => {
  server = await listenHttp((request, response) => answer(request, response));
  client = createHttpClient({
    userAgent: 'Copycat/test',
    origins: [server.url],
    connections: 2,
    sleep: async () => undefined,
  });
  cache = httpBinaryCache(`${server.url}/cache/`, client);
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error) => error,
  );

describe('httpBinaryCache', () => {
  itIsABinaryCache((objects) => {
    answer = (request, response) => {
      const object = objects.get((request.url ?? '').replace('/cache/', ''));
      response.writeHead(object ? 200 : 404, { 'Content-Length': object?.length ?? 3 }).end(object ?? '404');
    };
    return cache;
  });

  it.each([403, 404, 410])('takes %i for a miss', async (status) => {
    answer = (_request, response) => response.writeHead(status).end('<Error/>');
    for (const asked of [cache.narInfo(HASH, live), cache.nar('nar/a.nar', live)]) {
      const error = await thrownBy(asked);
      expect(error).toBeInstanceOf(Unavailable);
      expect(error).toMatchObject({ reason: 'missing', facts: { status } });
    }
  });

  it.each([
    [400, {}],
    [416, {}],
    [451, {}],
    [302, { Location: 'https://elsewhere.example/' }],
    [302, {}],
  ])('takes %i %j for a word about the one object', async (status, headers) => {
    answer = (_request, response) => response.writeHead(status, headers).end();
    expect(await thrownBy(cache.narInfo(HASH, live))).toMatchObject({ code: 'UNAVAILABLE', reason: 'unsupported' });
  });

  it.each([204, 401, 407, 501, 503])('takes %i for trouble, which settles nothing', async (status) => {
    answer = (_request, response) => response.writeHead(status).end();
    for (const asked of [cache.narInfo(HASH, live), cache.nar('nar/a.nar', live)]) {
      const error = await thrownBy(asked);
      expect(error).toBeInstanceOf(UpstreamFailed);
      expect(error).toMatchObject({ facts: { status } });
    }
  });

  it('reads a narinfo that is stored encoded', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('StorePath: x\n'));
    expect((await cache.narInfo(HASH, live)).toString()).toBe('StorePath: x\n');
  });

  it('passes a nar on as it is stored, whatever its encoding', async () => {
    const stored = gzipSync('nix-archive-1');
    answer = (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(stored);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await cache.nar('nar/a.nar.gz', live)).body) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(stored);
  });

  it.each([
    ['an encoding that it is not in', { 'Content-Encoding': 'zstd' }, Buffer.from('StorePath: x\n')],
    ['no end', {}, Buffer.alloc(MOST_NARINFO_BYTES + 1)],
    ['no end once decoded', { 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(MOST_NARINFO_BYTES + 1))],
  ])('finds a narinfo with %s corrupt', async (_fault, headers, bytes) => {
    answer = (_request, response) => response.writeHead(200, headers).end(bytes);
    const error = await thrownBy(cache.narInfo(HASH, live));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ reason: 'corrupt', facts: { url: `${server.url}/cache/${HASH}.narinfo` } });
  });

  it('does not take a broken transfer for a corrupt object', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'Content-Length': '100' }).write('StorePath', () => response.destroy());
    expect(await thrownBy(cache.narInfo(HASH, live))).toBeInstanceOf(UpstreamFailed);
    const { body } = await cache.nar('nar/a.nar', live);
    const reading = async () => {
      for await (const _chunk of body);
    };
    expect(await thrownBy(reading())).toBeInstanceOf(UpstreamFailed);
  });
});
