/** A way to a server that breaks after so many bytes to it: what a sender that is killed, or a network that is, looks like there. */
import { connect, createServer } from 'node:net';
import { freePort } from '../support/free-port.ts';

export interface CutOff {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function openCutOff(endpoint: string, afterBytes: number): Promise<CutOff> {
  const port = await freePort();
  const target = Number(new URL(endpoint).port);
  const server = createServer((client) => {
    const behind = connect({ host: '127.0.0.1', port: target });
    for (const socket of [client, behind]) socket.on('error', () => undefined);
    let passed = 0;
    client.on('data', (chunk: Buffer) => {
      const left = afterBytes - passed;
      passed += chunk.length;
      if (chunk.length <= left) behind.write(chunk);
      else {
        behind.end(chunk.subarray(0, left));
        client.destroy();
      }
    });
    behind.pipe(client);
    client.once('close', () => behind.end());
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
