/** An upstream that misbehaves as told, object by object, and notes what it was asked and what it sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StorePath } from '../../shared/nix/store-path.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { CHANNEL, environmentOf, RELEASE, releaseListing } from './one-release.ts';

export interface Asked {
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** @param asked how often this object was asked for before @param serve answers as it should be */
export type Misbehave = (told: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: number;
  readonly file: Buffer;
  readonly serve: () => void;
}) => void;

export interface HostileUpstream {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the cache was asked, in the order of arrival. */
  readonly asked: readonly Asked[];
  /** Bytes written for an object, headers included. */
  sent(key: string): number;
  close(): Promise<void>;
}

export interface HostileOptions {
  readonly paths: readonly StorePath[];
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly troubles: ReadonlyMap<string, Misbehave>;
}

export async function listenHostile({ paths, objects, troubles }: HostileOptions): Promise<HostileUpstream> {
  const listing = await releaseListing(paths);
  const asked: Asked[] = [];
  const sent = new Map<string, number>();

  const answer = (key: string, request: IncomingMessage, response: ServerResponse): void => {
    const file = Buffer.from(objects.get(key) ?? Buffer.alloc(0));
    const before = asked.filter((one) => one.key === key).length;
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ key, at: performance.now(), range, ifRange: ifRange === undefined ? undefined : String(ifRange) });
    const { socket } = request;
    const bytesBefore = socket.bytesWritten;
    const note = (): void => void sent.set(key, (sent.get(key) ?? 0) + socket.bytesWritten - bytesBefore);
    response.once('close', note);
    const serve = (): void => {
      if (objects.has(key)) serveObject(file, request, response);
      else response.writeHead(404).end();
    };
    const trouble = troubles.get(key);
    if (trouble) trouble({ request, response, asked: before, file, serve });
    else serve();
  };

  const server = await listenHttp((request, response) => {
    const key = (request.url ?? '').slice(1);
    response.on('error', () => undefined);
    if (key === `channels/${CHANNEL}`)
      return response.writeHead(302, { location: `${server.url}/releases/${RELEASE}` }).end();
    if (key.startsWith('cache/')) return answer(key.slice('cache/'.length), request, response);
    const found = listing.get(key);
    return found ? response.writeHead(200).end(found) : response.writeHead(404).end();
  });
  return {
    url: server.url,
    environment: environmentOf(server.url),
    asked,
    sent: (key) => sent.get(key) ?? 0,
    close: server.close,
  };
}

/** As S3 serves it: with a strong ETag and ranges. */
export function serveObject(file: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const [rest, headers] = restOf(file, request);
  response.writeHead(rest.length === file.length ? 200 : 206, headers).end(rest);
}

const ETAG = '"the-one-and-only"';

/** The bytes that are asked for, and what is said about them. */
export function restOf(file: Buffer, request: IncomingMessage): [Buffer, Record<string, string | number>] {
  const [, first = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const from = request.headers['if-range'] === ETAG ? Number(first) : 0;
  const rest = file.subarray(from);
  const range = from > 0 ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {};
  return [rest, { 'content-length': rest.length, 'accept-ranges': 'bytes', etag: ETAG, ...range }];
}
