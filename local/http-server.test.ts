import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createHttpServer, type HttpLimits } from './http-server.ts';

const LARGE = Buffer.alloc(32 * 2 ** 20);
const QUICK = { headersMs: 200, requestMs: 300, idleMs: 500, checkMs: 50 };

describe('an HTTP server for strangers', () => {
  let server: Server;
  let url: string;
  const open = async (limits: Partial<HttpLimits> = {}): Promise<void> => {
    server = createHttpServer((request, response) => {
      response.end(request.url === '/large' ? LARGE : 'answer');
    }, limits);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

  /** What it says to these bytes until it hangs up. */
  const said = (sent: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(sent));
    return text(socket);
  };

  it('hangs up on who does not finish a request', async () => {
    await open(QUICK);
    expect(await said('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
    expect(await said('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx')).toContain('answer');
  });

  it('hangs up on who reads nothing', async () => {
    await open(QUICK);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.pause();
    const connections = () =>
      new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    while ((await connections()) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (let tries = 0; (await connections()) > 0 && tries < 100; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await connections()).toBe(0);
    socket.destroy();
  });

  it('answers others while a thousand clients dawdle', async () => {
    await open();
    const slow = Array.from({ length: 1_000 }, () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHo'));
      return socket.on('error', () => undefined);
    });
    await Promise.all(slow.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect(await (await fetch(url)).text()).toBe('answer');
    for (const socket of slow) socket.destroy();
  });

  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a path that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
    ['what is not HTTP', 'hello\r\n\r\n', 400],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a header with a line of its own', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ])('refuses %s', async (_what, sent, status) => {
    await open(QUICK);
    expect(await said(sent)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});
