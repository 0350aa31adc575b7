/** An upstream of one channel with many store paths, which can be cut off, and which notes what it sees of its clients. */
import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseChannelName, parseReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import { formatReleasePage } from '../../shared/upstream/release-page-writer.ts';

export const CHANNEL = parseChannelName('nixos-unstable');
const RELEASE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const REVISION = 'a'.repeat(40);

export interface ManyPaths {
  readonly environment: Readonly<Record<string, string>>;
  /** `cut`: the cache, and it alone, ends every connection before it answers. */
  mode: 'good' | 'cut';
  /** When a request reached the cache while it was cut, in milliseconds. */
  readonly attempts: readonly number[];
  readonly sockets: { readonly most: number };
  /** Bodies sent: when each was complete, and how long it was. */
  readonly sent: readonly { readonly at: number; readonly bytes: number }[];
  close(): Promise<void>;
}

/** @param options bytes of each NAR, and milliseconds until an answer begins */
export async function listenManyPaths(
  count: number,
  options: { narBytes: number; latencyMs: number },
): Promise<ManyPaths> {
  const paths = Array.from({ length: count }, (_, i) =>
    storeObject(`package-${i}`, { contents: randomBytes(options.narBytes / 2).toString('hex') }),
  );
  const objects = upstreamObjects(paths);
  const list = await xz(paths.map(({ path }) => `${formatStorePath(path)}\n`).join(''));
  const files = new Map([
    ['store-paths.xz', list],
    ['git-revision', Buffer.from(REVISION)],
  ]);
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const listed = [...files].map(([name, bytes]) => ({ name, size: bytes.length, sha256: sha256(bytes) }));
  const page = { revision: REVISION, releasedAt: new Date('2026-11-22'), files: listed };
  const pages = new Map<string, Uint8Array>([
    [`releases/${RELEASE}`, Buffer.from(formatReleasePage(RELEASE, page))],
    ...[...files].map(([name, bytes]): [string, Uint8Array] => [`releases/${RELEASE}/${name}`, bytes]),
    ...[...objects].map(([key, bytes]): [string, Uint8Array] => [`cache/${key}`, bytes]),
  ]);

  const attempts: number[] = [];
  const sent: { at: number; bytes: number }[] = [];
  const state = { mode: 'good' as ManyPaths['mode'] };
  const send = async (response: ServerResponse, found: Uint8Array | undefined): Promise<void> => {
    await delay(options.latencyMs);
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': found.length }).end(found, () => {
      sent.push({ at: performance.now(), bytes: found.length });
    });
  };
  const server = await listenHttp((request, response) => {
    const key = (request.url ?? '').slice(1);
    if (key === `channels/${CHANNEL}`)
      return response.writeHead(302, { location: `${server.url}/releases/${RELEASE}` }).end();
    if (state.mode === 'cut' && key.startsWith('cache/')) {
      attempts.push(performance.now());
      return request.socket.destroy();
    }
    return void send(response, pages.get(key));
  });
  const { x = '' } = TEST_KEY.key.export({ format: 'jwk' });
  return Object.assign(state, {
    attempts,
    sent,
    sockets: server.sockets,
    close: server.close,
    environment: {
      CHANNELS: CHANNEL,
      UPSTREAM_URL: `${server.url}/cache`,
      CHANNELS_URL: `${server.url}/channels`,
      RELEASES_URL: `${server.url}/releases`,
      TRUSTED_PUBLIC_KEYS: `${TEST_KEY.name}:${Buffer.from(x, 'base64url').toString('base64')}`,
    },
  });
}
