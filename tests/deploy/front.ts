/**
 * An address on the loopback before another one: it passes requests and answers on as they are, may say another Host (an emulator knows a
 * function URL by it, and a client has no say in that), and may refuse.
 */
import { type IncomingMessage, request as open, type ServerResponse } from 'node:http';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';

export interface Front extends HttpServer {
  /** What the one behind is told; at first its own address. */
  sayHost(host: string): void;
  /** From now on, requests for what has this in its path are answered by a 503, or no longer. */
  refuse(part: string, refused: boolean): void;
}

export async function openFront(behind: string): Promise<Front> {
  let { host } = new URL(behind);
  const refused = new Set<string>();
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '/';
    if ([...refused].some((part) => path.includes(part))) return void response.writeHead(503).end();
    const headers = { ...request.headers, host };
    const passed = open(new URL(behind), { method: request.method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    passed.once('error', () => response.destroy());
    response.once('close', () => passed.destroy());
    request.pipe(passed);
  };
  const server = await listenHttp(pass);
  return Object.assign(server, {
    sayHost(name: string) {
      host = name;
    },
    refuse: (part: string, isRefused: boolean) => void (isRefused ? refused.add(part) : refused.delete(part)),
  });
}
