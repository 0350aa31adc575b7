/** An address that is known before anything answers there: what listens behind it may come later, and go. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.ts';

export interface Relay {
  readonly port: number;
  /** From now on connections lead there. */
  open(port: number): Promise<void>;
  /** From now on they are refused. */
  close(): Promise<void>;
}

export async function openRelay(): Promise<Relay> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  };
  return {
    port,
    close,
    async open(target) {
      await close();
      server = createServer((client) => {
        const behind = keep(connect({ host: '127.0.0.1', port: target }));
        keep(client).pipe(behind).pipe(client);
        behind.once('close', () => client.destroy());
        client.once('close', () => behind.destroy());
      });
      await new Promise<void>((listening) => server?.listen(port, '127.0.0.1', listening));
    },
  };
}
