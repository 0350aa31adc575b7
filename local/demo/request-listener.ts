/** The demo's upstream on the wire, with the status codes and headers of the real hosts. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isMatch } from '../../functions/serve/conditional.ts';
import { requestedRange } from '../../functions/serve/range.ts';
import { type Line, narrowed } from './line.ts';
import { type DemoUpstream, demoUpstream, type Found } from './upstream.ts';
import { createWorld } from './world.ts';

export interface DemoUpstreamOptions {
  readonly seed: string;
  /** Where it keeps how far it has come. */
  readonly file: string;
  /** Absent: as fast as it can. */
  readonly line?: Line;
}

/** What the HTTP process is told to put on the wire. */
export const createRequestListener = async ({ seed, file, line }: DemoUpstreamOptions): Promise<RequestListener> =>
  answersOf(demoUpstream(await createWorld(seed), file), line);

export function answersOf(upstream: DemoUpstream, line?: Line): RequestListener {
  const pass = line && narrowed(line);
  return (request, response) => {
    const answering = async (): Promise<void> => {
      if (request.method === 'POST') return move(request, response, upstream);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
      const path = request.url?.replace(/\?.*/s, '') ?? '/';
      if (path === OUTLOOK) return void response.end(JSON.stringify(upstream.outlook));
      if (line) await delay(line.latencyMs);
      const found = upstream.find(path);
      if (!found) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('404');
      if (found.kind === 'redirect') return redirect(found, request, response);
      await sendFile(found, request, response, pass);
    };
    answering().catch(() => response.destroy()); // whoever asked has gone
  };
}

/** Where `outlook` is, as JSON. */
export const OUTLOOK = '/_outlook';

/** `POST /_advance/<channel>` and `POST /_repair/<hash>`. */
function move({ url = '' }: IncomingMessage, response: ServerResponse, upstream: DemoUpstream): void {
  const [, verb, what = ''] = /^\/_(advance|repair)\/([\w.-]+)$/.exec(url) ?? [];
  const done =
    verb === 'advance' ? upstream.advance(what) : verb === 'repair' && upstream.repair(what) ? what : undefined;
  response.writeHead(done ? 200 : 404, { 'content-type': 'text/plain' }).end(`${done ?? 'there is nothing to do'}\n`);
}

function redirect(
  { path, immutable }: Extract<Found, { kind: 'redirect' }>,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const base = `http://${headers.host}`;
  response
    .writeHead(302, { location: base + path, ...(immutable ? { link: `<${base}${immutable}>; rel="immutable"` } : {}) })
    .end();
}

async function sendFile(
  { bytes, type }: Extract<Found, { kind: 'file' }>,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  pass?: (bytes: Uint8Array) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const etag = etagOf(bytes);
  if (isMatch(headers['if-none-match'], etag)) return void response.writeHead(304, { etag }).end();
  const stale = headers['if-range'] !== undefined && headers['if-range'] !== etag;
  const range = stale ? 'whole' : requestedRange(headers.range, bytes.length);
  if (range === 'unsatisfiable')
    return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  const { first, last } = range === 'whole' ? { first: 0, last: bytes.length - 1 } : range;
  const part = bytes.subarray(first, last + 1);
  const partial = range === 'whole' ? {} : { 'content-range': `bytes ${first}-${last}/${bytes.length}` };
  const about = { 'content-type': type, 'content-length': part.length, etag, 'accept-ranges': 'bytes', ...partial };
  response.writeHead(range === 'whole' ? 200 : 206, about);
  if (method === 'HEAD' || !pass) response.end(method === 'HEAD' ? undefined : part);
  else await pipeline(Readable.from(pass(part)), response);
}

const etags = new WeakMap<Buffer, string>();

/** Strong, and the same after a restart. */
function etagOf(bytes: Buffer): string {
  const known = etags.get(bytes);
  if (known) return known;
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  etags.set(bytes, etag);
  return etag;
}
