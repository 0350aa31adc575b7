/** A real HTTP server on the loopback for tests. It remembers what it was asked and how many sockets it held. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: readonly SeenRequest[];
  /** Sockets: accepted so far, open now, and the most that were open at once. */
  readonly sockets: { readonly accepted: number; readonly open: number; readonly most: number };
  /** Ends all sockets at once. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 on a free port, and answers as told. */
export async function listenHttp(answer: RequestListener): Promise<HttpServer> {
  const requests: SeenRequest[] = [];
  const open = new Set<Socket>();
  const sockets = { accepted: 0, open: 0, most: 0 };
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    sockets.accepted += 1;
    sockets.open = open.size;
    sockets.most = Math.max(sockets.most, open.size);
    socket.on('error', () => undefined); // clients under test hang up on purpose
    socket.once('close', () => {
      open.delete(socket);
      sockets.open = open.size;
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      for (const socket of open) socket.destroy();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    close,
    [Symbol.asyncDispose]: close,
  };
}
