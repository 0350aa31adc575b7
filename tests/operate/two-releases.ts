/** An upstream of one channel that has had two releases, the older of them with store paths of its own; its cache can be cut off. */
import { parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { type StoreObject, storeObject, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { CHANNEL, environmentOf, RELEASE, releaseListing } from '../support/one-release.ts';

export const OLDER: ReleasePrefix = parseReleasePrefix('nixos/unstable/nixos-26.11pre0.bbbbbbbbbbbb');

export interface TwoReleases {
  readonly environment: Readonly<Record<string, string>>;
  /** In no list, and referred to by every tool. */
  readonly library: StoreObject;
  /** Three that only the older release lists: `tool-0` … */
  readonly tools: readonly StoreObject[];
  /** The others of the older release: `old-0` … */
  readonly old: readonly StoreObject[];
  /** Of the release where the channel stands. */
  readonly current: readonly StoreObject[];
  /** Whether the cache ends every connection before it answers. */
  cut: boolean;
  /** How often a NAR file was asked for. */
  timesAsked(object: StoreObject): number;
  close(): Promise<void>;
}

const count = <T>(many: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: many }, (_, n) => make(n));

export async function listenTwoReleases(): Promise<TwoReleases> {
  const library = storeObject('library-1.0');
  const tools = count(3, (n) => storeObject(`tool-${n}`, { references: [library.path] }));
  const old = count(60, (n) => storeObject(`old-${n}`));
  const current = count(5, (n) => storeObject(`current-${n}`));
  const listed = (objects: readonly StoreObject[]) => objects.map(({ path }) => path);
  const pages = new Map<string, Uint8Array>([
    ...(await releaseListing(listed(current))),
    ...(await releaseListing(listed([...tools, ...old, ...current]), OLDER)),
    ...[...upstreamObjects([library, ...tools, ...old, ...current])].map(([key, bytes]): [string, Uint8Array] => [
      `cache/${key}`,
      bytes,
    ]),
  ]);
  const state = { cut: false };
  const server = await listenHttp((request, response) => {
    const key = (request.url ?? '').slice(1);
    if (state.cut && key.startsWith('cache/')) return request.socket.destroy();
    if (key === `channels/${CHANNEL}`)
      return response.writeHead(302, { location: `${server.url}/releases/${RELEASE}` }).end();
    const found = pages.get(key);
    return found
      ? response.writeHead(200, { 'content-length': found.length }).end(found)
      : response.writeHead(404).end();
  });
  return Object.assign(state, {
    ...{ library, tools, old, current },
    environment: environmentOf(server.url),
    timesAsked: ({ narKey }: StoreObject) => server.requests.filter(({ path }) => path === `/cache/${narKey}`).length,
    close: server.close,
  });
}
