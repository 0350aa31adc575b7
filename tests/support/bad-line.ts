/**
 * A bad line between a client and a mirror: every answer about a NAR ends after max(30 kB, a third of the NAR), by a cut or by
 * silence. What a client gets whole over it, it got by resuming.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BadLine {
  readonly url: string;
  /** Answers that were ended early. */
  ended(): number;
  /** Requests for a part of a NAR. */
  resumed(): number;
  close(): Promise<void>;
}

const LEAST_BYTES = 30_000;

export async function openBadLine(mirrorUrl: string, how: 'cut' | 'stall'): Promise<BadLine> {
  const { hostname, port } = new URL(mirrorUrl);
  let [ended, resumed] = [0, 0];

  function pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path = '/', headers } = asked;
    if (headers.range !== undefined) resumed += 1;
    const onward = request({ hostname, port, method, path, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      if (path.startsWith('/nar/')) narrow(found, answer);
      else found.pipe(answer);
    });
    onward.on('error', () => answer.destroy()).end();
    answer.on('close', () => onward.destroy());
  }

  function narrow(found: IncomingMessage, answer: ServerResponse): void {
    const whole = Number(found.headers['content-range']?.split('/')[1] ?? found.headers['content-length']);
    let left = Math.max(LEAST_BYTES, Math.ceil(whole / 3));
    found.on('error', () => answer.destroy());
    found.on('end', () => answer.end());
    found.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      const last = part.length < chunk.length;
      answer.write(part, () => {
        if (!last) return;
        ended += 1;
        if (how === 'cut') answer.destroy();
      });
      if (last) found.removeAllListeners('data').removeAllListeners('end').pause();
    });
  }

  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ended: () => ended,
    resumed: () => resumed,
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
