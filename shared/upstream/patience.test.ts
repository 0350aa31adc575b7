/** The client's patience: with upstream's trouble, with its own bounds, and its end with the caller's time. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamFailed } from '../errors.ts';
import { memoryLog } from '../log.ts';
import { listenHttp } from '../testing/http-server.ts';
import {
  clientOf,
  failureOf,
  fine,
  get,
  hangUp,
  open,
  type Respond,
  saying,
  serverThat,
  signal,
  silence,
  textOf,
} from '../testing/scripted-upstream.ts';
import { createHttpClient } from './http-client.ts';

describe('what is worth trying again', () => {
  it.each([408, 429, 500, 502, 503, 504])('%i is', async (status) => {
    const server = await serverThat(saying(status, {}, 'x'.repeat(200_000)), fine);
    const client = clientOf(server);
    expect(await textOf(await get(client, server.url))).toBe('fine');
    expect(client.waits).toEqual([status === 429 || status === 503 ? 2_500 : 125]);
  });

  it('a connection that is cut before the headers is', async () => {
    const server = await serverThat(hangUp, fine);
    expect(await textOf(await get(clientOf(server), server.url))).toBe('fine');
  });

  it('headers that do not come are', async () => {
    const server = await serverThat(silence, fine);
    const client = clientOf(server, { timeouts: { connectMs: 300, headersMs: 50, stallMs: 300 } });
    expect(await textOf(await get(client, server.url))).toBe('fine');
  });

  it('and each time it waits longer, until the last attempt', async () => {
    const server = await serverThat(saying(502));
    const client = clientOf(server);
    const failure = await failureOf(get(client, `${server.url}/a?token=secret`));
    expect(failure).toBeInstanceOf(UpstreamFailed);
    expect(failure).toMatchObject({
      message: `GET ${server.url}/a: answered 502 (attempt 4 of 4)`,
      facts: { url: `${server.url}/a`, status: 502, attempts: 4, reason: 'answered 502' },
    });
    expect(client.waits).toEqual([125, 250, 500]);
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ['was cut', hangUp, 'the connection was cut'],
    ['had no answer', silence, 'no answer came in time'],
    [
      'spoke something else',
      ((request) => request.socket.end('SSH-2.0-x\r\n\r\n')) as Respond,
      'the answer is not HTTP',
    ],
  ])('a connection that %s fails in our words', async (_how, answer, reason) => {
    const server = await serverThat(answer);
    const client = clientOf(server, { attempts: 1, timeouts: { connectMs: 300, headersMs: 50, stallMs: 300 } });
    expect(await failureOf(get(client, server.url))).toMatchObject({
      code: 'UPSTREAM_FAILED',
      message: `GET ${server.url}/: ${reason} (attempt 1 of 1)`,
      facts: { attempts: 1, reason },
    });
  });

  it('a server that is down fails in our words', async () => {
    const server = await listenHttp(fine);
    await server.close();
    expect(await failureOf(get(clientOf(server), server.url))).toMatchObject({
      message: `GET ${server.url}/: the connection was refused (attempt 4 of 4)`,
    });
  });

  it('is written down', async () => {
    const server = await serverThat(saying(500), fine);
    const log = memoryLog();
    await get(clientOf(server, { log }), `${server.url}/a?token=secret`);
    expect(log.lines).toMatchObject([
      { event: 'upstream.retry', url: `${server.url}/a`, status: 500, attempts: 1, wait_ms: 125 },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', 7_125],
    ['a date', 'Sun, 06 Nov 1994 08:49:47 GMT', 10_125],
  ])('is kept when it is %s', async (_kind, value, wait) => {
    const server = await serverThat(saying(503, { 'Retry-After': value }), fine);
    const client = clientOf(server, { now: () => Date.parse('Sun, 06 Nov 1994 08:49:37 GMT') });
    expect((await get(client, server.url)).status).toBe(200);
    expect(client.waits).toEqual([wait]);
  });

  it('is handed to the caller when it is long', async () => {
    const server = await serverThat(saying(429, { 'Retry-After': '3600' }));
    expect(await failureOf(get(clientOf(server), server.url))).toMatchObject({
      message: `GET ${server.url}/: answered 429 and asked for 3600 s of patience (attempt 1 of 4)`,
      facts: { status: 429, attempts: 1, retryAfterMs: 3_600_000 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is handed to the caller when the caller’s time ends before', async () => {
    const server = await serverThat(saying(503, { 'Retry-After': '60' }));
    const client = createHttpClient({ userAgent: 'Copycat/test', origins: [server.url] }); // really sleeps
    open.push(client);
    const request = client.request({ url: server.url, signal: AbortSignal.timeout(100) });
    expect(await failureOf(request)).toMatchObject({ code: 'UPSTREAM_FAILED', facts: { retryAfterMs: 60_000 } });
  });
});

describe('the bound', () => {
  it('holds for requests and sockets, and everybody gets through', async () => {
    let [underWay, most] = [0, 0];
    const server = await serverThat((_request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.end('fine');
      }, 5);
    });
    const client = clientOf(server, { connections: 3 });
    const texts = await Promise.all(Array.from({ length: 60 }, async () => textOf(await get(client, server.url))));
    expect(texts).toEqual(Array(60).fill('fine'));
    expect([most, server.sockets.most]).toEqual([3, 3]);
  });

  it('makes others wait no longer than their time', async () => {
    const server = await serverThat(silence);
    const client = clientOf(server, { connections: 1, timeouts: { connectMs: 300, headersMs: 5_000, stallMs: 300 } });
    const first = failureOf(client.request({ url: server.url, signal: AbortSignal.timeout(300) }));
    const second = client.request({ url: server.url, signal: AbortSignal.timeout(50) });
    expect(await failureOf(second)).toMatchObject({ name: 'TimeoutError' });
    await first;
    expect(server.requests).toHaveLength(1);
  });
});

describe('the caller’s time', () => {
  it.each([
    ['before it asks', () => AbortSignal.abort(new Error('late')), 0],
    ['while it waits for headers', () => AbortSignal.timeout(100), 1],
  ])('ends %s, and the socket is free', async (_when, endingIn, asked) => {
    const server = await serverThat(silence);
    const ending = endingIn();
    const client = clientOf(server);
    expect(await failureOf(client.request({ url: server.url, signal: ending }))).toBe(ending.reason);
    expect(server.requests).toHaveLength(asked);
    await until(() => server.sockets.open === 0);
  });

  it('ends while it waits to try again', async () => {
    const server = await serverThat(saying(500));
    const ending = new AbortController();
    const client = clientOf(server, {
      sleep: async () => {
        ending.abort(new Error('late'));
        throw ending.signal.reason;
      },
    });
    await expect(client.request({ url: server.url, signal: ending.signal })).rejects.toThrow('late');
    expect(server.requests).toHaveLength(1);
  });

  it('ends while it connects, and a connection that does not come fails in our words', async () => {
    const mute = await muteServer(); // takes connections, and never says a word of TLS
    const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const slow = clientOf({ url }, { timeouts: { connectMs: 30_000, headersMs: 300, stallMs: 300 } });
    const ending = AbortSignal.timeout(50);
    expect(await failureOf(slow.request({ url, signal: ending }))).toBe(ending.reason);

    const quick = clientOf({ url }, { timeouts: { connectMs: 50, headersMs: 300, stallMs: 300 }, attempts: 1 });
    expect(await failureOf(get(quick, url))).toMatchObject({ facts: { reason: 'connecting took too long' } });
  });
});

async function muteServer(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    open.push({ close: async () => socket.destroy() });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  open.push({ close: async () => server.close() });
  return server;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5, undefined, { signal });
}
