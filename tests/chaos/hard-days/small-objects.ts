/** An upstream of many small store objects, one channel, and nothing else: whatever it does not have is a 404. */
import type { StorePath } from '../../../shared/nix/store-path.ts';
import { listenHttp } from '../../../shared/testing/http-server.ts';
import { type StoreObject, upstreamObjects } from '../../../shared/testing/store-objects.ts';
import { CHANNEL, environmentOf, RELEASE, releaseListing } from '../../support/one-release.ts';

export interface SmallUpstream {
  /** What a mirror of it is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests to its cache so far. */
  asked(): number;
  close(): Promise<void>;
}

/** @param listed what its one release lists */
export async function listenSmallObjects(
  objects: readonly StoreObject[],
  listed: readonly StorePath[],
): Promise<SmallUpstream> {
  const pages = new Map<string, Uint8Array>([
    ...(await releaseListing(listed)),
    ...[...upstreamObjects(objects)].map(([key, bytes]): [string, Uint8Array] => [`cache/${key}`, bytes]),
  ]);
  let asked = 0;
  const server = await listenHttp((request, response) => {
    const key = (request.url ?? '').slice(1);
    if (key.startsWith('cache/')) asked += 1;
    if (key === `channels/${CHANNEL}`)
      return response.writeHead(302, { location: `${server.url}/releases/${RELEASE}` }).end();
    const found = pages.get(key);
    return found
      ? response.writeHead(200, { 'content-length': found.length }).end(found)
      : response.writeHead(404).end();
  });
  return { environment: environmentOf(server.url), asked: () => asked, close: server.close };
}
