/** An upstream on the loopback for tests: a binary cache, channels and releases, with the status codes of the real hosts. */
import type { ChannelName, ReleasePrefix } from '../nix/release.ts';
import { type HttpServer, listenHttp } from './http-server.ts';

export interface UpstreamServer extends Pick<HttpServer, 'requests' | 'close'> {
  readonly cacheUrl: string;
  readonly channelsUrl: string;
  readonly releasesUrl: string;
}

export interface UpstreamContents {
  /** By key, such as `nar/….nar.xz`. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly channels: ReadonlyMap<ChannelName, ReleasePrefix>;
  /** Pages and files by path: `<prefix>` and `<prefix>/<file>`. */
  readonly releases: ReadonlyMap<string, Uint8Array>;
}

/** The maps may change while it runs. */
export async function listenUpstream({ objects, channels, releases }: UpstreamContents): Promise<UpstreamServer> {
  const server = await listenHttp((request, response) => {
    const [, room = '', rest = ''] = /^\/(\w+)\/(.*)$/.exec(request.url ?? '') ?? [];
    const release = room === 'channels' ? channels.get(rest as ChannelName) : undefined;
    if (release) return response.writeHead(302, { location: `${server.url}/releases/${release}` }).end();
    const found = room === 'cache' ? objects.get(rest) : room === 'releases' ? releases.get(rest) : undefined;
    if (!found) return response.writeHead(404, { 'content-type': 'text/plain' }).end('404');
    return response.writeHead(200, { 'content-length': found.length }).end(found);
  });
  return {
    requests: server.requests,
    close: server.close,
    cacheUrl: `${server.url}/cache`,
    channelsUrl: `${server.url}/channels`,
    releasesUrl: `${server.url}/releases`,
  };
}
