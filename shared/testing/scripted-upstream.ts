/** An upstream that answers as a test scripts it, and a client that waits for nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHttpClient, type HttpAnswer, type HttpClient, type HttpClientOptions } from '../upstream/http-client.ts';
import { type HttpServer, listenHttp } from './http-server.ts';

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

export const signal = AbortSignal.timeout(60_000);
/** Closed after each test, the last opened first. */
export const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Answers the first request with the first of these, and so on; the last one answers all that follow. */
export async function serverThat(...answers: [Respond, ...Respond[]]): Promise<HttpServer> {
  let asked = 0;
  const server = await listenHttp((request, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.(request, response);
  });
  open.push(server);
  return server;
}

/** A client that waits for nothing, and a list of the waits it was told to keep. */
export function clientOf(server: { readonly url: string }, options: Partial<HttpClientOptions> = {}) {
  const waits: number[] = [];
  const client = createHttpClient({
    userAgent: 'Copycat/test',
    origins: [server.url],
    timeouts: { connectMs: 300, headersMs: 300, stallMs: 300 },
    random: () => 0.5,
    sleep: async (ms) => waits.push(ms),
    ...options,
  });
  open.push(client);
  return Object.assign(client, { waits });
}

export const saying =
  (status: number, headers: Record<string, string> = {}, body = ''): Respond =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);
export const fine = saying(200, {}, 'fine');
export const hangUp: Respond = (request) => request.socket.destroy();
export const silence: Respond = () => undefined;

export async function textOf({ body }: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
export const get = (client: HttpClient, url: string) => client.request({ url, signal });
export const failureOf = (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    () => 'no failure',
    (error) => error,
  );
