import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamFailed } from '../errors.ts';
import { type HttpServer, listenHttp } from '../testing/http-server.ts';
import { createHttpClient, type HttpAnswer, type HttpClient } from './http-client.ts';

const STALL_MS = 150;
const LARGE = Buffer.alloc(3_000_000, 'nar');
const live = AbortSignal.timeout(60_000);

let server: HttpServer;
let client: HttpClient;

/** One connection: what does not give it back shows at the next request. */
async function upstreamThat(answers: (response: ServerResponse) => unknown): Promise<void> {
  server = await listenHttp((request, response) => {
    if (request.url === '/fine') response.end('fine');
    else answers(response);
  });
  client = createHttpClient({
    userAgent: 'Copycat/test',
    origins: [server.url],
    connections: 1,
    timeouts: { connectMs: 1_000, headersMs: 1_000, stallMs: STALL_MS },
  });
}
afterEach(async () => {
  await client.close();
  await server.close();
});

const get = (path: string, signal = live) => client.request({ url: `${server.url}${path}`, signal });
async function lengthOf({ body }: HttpAnswer): Promise<number> {
  let length = 0;
  for await (const chunk of body) length += chunk.length;
  return length;
}
const failureOf = (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => 'no failure',
    (error) => error,
  );
const isFree = async () => expect(await lengthOf(await get('/fine'))).toBe(4);

it('brings all bytes', async () => {
  await upstreamThat((response) => response.end(LARGE));
  expect(await lengthOf(await get('/'))).toBe(LARGE.length);
  await isFree();
  expect(server.sockets.accepted).toBe(1);
});

it.each([
  [
    'is cut in the middle',
    (r: ServerResponse) => r.writeHead(200, { 'Content-Length': '100' }).write('0123456789', () => r.destroy()),
    'the connection was cut after 10 bytes',
  ],
  [
    'is cut between chunks',
    (r: ServerResponse) => r.write('0123456789', () => setTimeout(() => r.destroy(), 20)),
    'the connection was cut after 10 bytes',
  ],
  [
    'ends before its Content-Length',
    (r: ServerResponse) =>
      r.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n0123456789'),
    'after 10 bytes',
  ],
  [
    'is reset',
    (r: ServerResponse) =>
      r.writeHead(200, { 'Content-Length': '100' }).write('0123456789', () => r.socket?.resetAndDestroy()),
    'the connection was reset after 10 bytes',
  ],
  [
    'stops coming',
    (r: ServerResponse) => r.writeHead(200, { 'Content-Length': '100' }).write('0123456789'),
    'the body stalled after 10 bytes',
  ],
  [
    'never starts',
    (r: ServerResponse) => r.writeHead(200, { 'Content-Length': '100' }).flushHeaders(),
    'the body stalled after 0 bytes',
  ],
  [
    'breaks its chunks',
    (r: ServerResponse) =>
      r.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\nzzz\r\n'),
    'the answer is not HTTP after 10 bytes',
  ],
])('that %s is a failure, and is not asked again', async (_what, answer, reason) => {
  await upstreamThat(answer);
  const failure = await failureOf(get('/a?token=secret').then(lengthOf));
  expect(failure).toBeInstanceOf(UpstreamFailed);
  expect(failure).toMatchObject({
    message: expect.stringContaining(`GET ${server.url}/a: `),
    facts: { url: `${server.url}/a`, status: 200, attempts: 1, reason: expect.stringContaining(reason) },
  });
  expect(server.requests).toHaveLength(1);
  await isFree();
});

it('may drip', async () => {
  await upstreamThat(async (response) => {
    for (let byte = 0; byte < 8; byte += 1) {
      response.write('.');
      await sleep(STALL_MS / 3);
    }
    response.end();
  });
  expect(await lengthOf(await get('/'))).toBe(8);
});

it('may be read slowly', async () => {
  await upstreamThat((response) => response.end(LARGE));
  let [length, pauses] = [0, 0];
  for await (const chunk of (await get('/')).body) {
    length += chunk.length;
    pauses += 1;
    if (pauses <= 2) await sleep(STALL_MS * 2);
  }
  expect(length).toBe(LARGE.length);
});

describe('gives its connection back', () => {
  it('when the loop is left', async () => {
    await upstreamThat((response) => response.end(LARGE));
    for await (const _chunk of (await get('/')).body) break;
    await isFree();
  });

  it('when the reader throws', async () => {
    await upstreamThat((response) => response.end(LARGE));
    const reading = async () => {
      for await (const _chunk of (await get('/')).body) throw new Error('disk full');
    };
    await expect(reading()).rejects.toThrow('disk full');
    await isFree();
  });

  it('when it is returned unread', async () => {
    await upstreamThat((response) => response.end(LARGE));
    const { body } = await get('/');
    await body[Symbol.asyncIterator]().return?.();
    await isFree();
  });

  it.each([
    ['large', LARGE],
    ['small', Buffer.from('small')],
    ['empty', Buffer.alloc(0)],
  ])('when a %s one lies unread for too long', async (_size, bytes) => {
    await upstreamThat((response) => response.end(bytes));
    const { body } = await get('/');
    await isFree();
    expect(body).toBeDefined();
  });

  it('when the caller’s time ends, with the signal’s reason', async () => {
    await upstreamThat((response) => response.writeHead(200, { 'Content-Length': '100' }).write('0123456789'));
    const ending = new AbortController();
    const answer = await get('/', ending.signal);
    const reading = failureOf(lengthOf(answer));
    setTimeout(() => ending.abort(new Error('late')), 20);
    expect(await reading).toBe(ending.signal.reason);
    await isFree();
  });
});
