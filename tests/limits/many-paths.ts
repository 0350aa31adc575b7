/** An upstream of one channel with many store paths, which can be cut off, and which notes what it sees of its clients. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { StorePath } from '../../shared/nix/store-path.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { storeObject, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { CHANNEL, environmentOf, RELEASE, releaseListing } from '../support/one-release.ts';

export interface ManyPaths {
  readonly environment: Readonly<Record<string, string>>;
  /** `cut`: the cache, and it alone, ends every connection before it answers. */
  mode: 'good' | 'cut';
  /** When a request reached the cache while it was cut, in milliseconds. */
  readonly attempts: readonly number[];
  readonly sockets: { readonly most: number };
  /** Bodies sent: when each was complete, and how long it was. */
  readonly sent: readonly { readonly at: number; readonly bytes: number }[];
  /** All bytes that it wrote, those of bodies that were left and of headers included. */
  readonly bytesWritten: number;
  close(): Promise<void>;
}

export interface ManyPathsOptions {
  /** Bytes of each NAR. */
  readonly narBytes: number;
  /** Milliseconds until an answer begins. */
  readonly latencyMs: number;
  /** So many of the paths are in no list, and references of several that are. */
  readonly unlisted?: number;
}

const REFERENCES = 3;

export async function listenManyPaths(count: number, options: ManyPathsOptions): Promise<ManyPaths> {
  const { narBytes, unlisted = 0 } = options;
  const contents = (): string => randomBytes(narBytes / 2).toString('hex');
  const below = Array.from({ length: unlisted }, (_, i) => storeObject(`library-${i}`, { contents: contents() }));
  const referencesOf = (i: number): readonly StorePath[] =>
    Array.from({ length: REFERENCES }, (_, n) => below[(i + n) % unlisted]?.path).filter((path) => path !== undefined);
  const paths = Array.from({ length: count - unlisted }, (_, i) =>
    storeObject(`package-${i}`, { contents: contents(), references: referencesOf(i) }),
  );
  const objects = upstreamObjects([...below, ...paths]);
  const pages = new Map<string, Uint8Array>([
    ...(await releaseListing(paths.map(({ path }) => path))),
    ...[...objects].map(([key, bytes]): [string, Uint8Array] => [`cache/${key}`, bytes]),
  ]);

  const attempts: number[] = [];
  const sent: { at: number; bytes: number }[] = [];
  const state = { mode: 'good' as ManyPaths['mode'], bytesWritten: 0 };
  const send = async (response: ServerResponse, found: Uint8Array | undefined): Promise<void> => {
    await delay(options.latencyMs);
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': found.length }).end(found, () => {
      sent.push({ at: performance.now(), bytes: found.length });
    });
  };
  const server = await listenHttp((request, response) => {
    const { socket } = request;
    const before = socket.bytesWritten;
    response.once('close', () => {
      state.bytesWritten += socket.bytesWritten - before;
    });
    const key = (request.url ?? '').slice(1);
    if (key === `channels/${CHANNEL}`)
      return response.writeHead(302, { location: `${server.url}/releases/${RELEASE}` }).end();
    if (state.mode === 'cut' && key.startsWith('cache/')) {
      attempts.push(performance.now());
      return request.socket.destroy();
    }
    return void send(response, pages.get(key));
  });
  return Object.assign(state, {
    attempts,
    sent,
    sockets: server.sockets,
    close: server.close,
    environment: environmentOf(server.url),
  });
}
