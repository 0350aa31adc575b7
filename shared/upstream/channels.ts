/**
 * The channels that we read, as a port, and its HTTP adapter.
 *
 * `<channels>/<channel>` redirects to `<releases>/<prefix>`, which never changes again; the page there lists its files, and
 * they lie below it. A channel's objects are redirected one after the other, so its name is resolved once and all files
 * are read below the prefix it gave.
 */
import { NotOurUpstream, UpstreamFailed } from '../errors.ts';
import { type ChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { checkFileName, encodingOf } from '../nix/release-file.ts';
import { addressBelow, whereIs } from './addresses.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { lockedAt } from './immutable-link.ts';
import { isRedirect, resolveLocation } from './redirects.ts';
import { parseReleasePage, type ReleasePage } from './release-page.ts';
import { resumedBody } from './resumed-body.ts';
import { readSmallBody } from './small-body.ts';

export interface ReleaseFileBody {
  /** As stored: `packages.json.br` stays brotli. A body that ends early throws {UpstreamFailed}. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes, when upstream says. */
  readonly contentLength?: number;
}

export interface Channels {
  /**
   * The release that a channel stands at, by one request.
   * @throws {NotOurUpstream} when it leads anywhere but below the releases.
   * @throws {UpstreamFailed} when there is no such channel, or it does not redirect.
   * @throws {Malformed} when it leads below the releases, but to no release prefix.
   */
  resolve(channel: ChannelName, signal: AbortSignal): Promise<ReleasePrefix>;
  /** @throws {Malformed} when the page can't be understood. @throws {UpstreamFailed} */
  releasePage(release: ReleasePrefix, signal: AbortSignal): Promise<ReleasePage>;
  /**
   * What flakes lock as `lastModified` of a release: seconds since 1970, by one request. Undefined when upstream does not say it,
   * or says it of another release: the channel's redirects are written one after the other.
   * @throws {UpstreamFailed}
   */
  lastModified(channel: ChannelName, release: ReleasePrefix, signal: AbortSignal): Promise<number | undefined>;
  /** @throws {Malformed} for a name that is no plain file name. @throws {UpstreamFailed} also when there is no such file. */
  file(release: ReleasePrefix, name: string, signal: AbortSignal): Promise<ReleaseFileBody>;
}

const MOST_PAGE_BYTES = 4 * 2 ** 20;

/** Both addresses' origins are among the client's. */
export function httpChannels(channelsUrl: string, releasesUrl: string, client: Pick<HttpClient, 'request'>): Channels {
  async function get(key: string, signal: AbortSignal, headers = {}): Promise<HttpAnswer> {
    const answer = await client.request({ url: addressBelow(releasesUrl, key), headers, signal });
    if (answer.status === 200) return answer;
    throw failed(answer, `answered ${answer.status}`);
  }

  return {
    async resolve(channel, signal) {
      const answer = await client.request({
        method: 'HEAD',
        url: addressBelow(channelsUrl, channel),
        follow: false,
        signal,
      });
      if (answer.status === 404) throw failed(answer, `there is no channel ${channel}`);
      if (!isRedirect(answer.status)) throw failed(answer, `answered ${answer.status} where a channel redirects`);
      return prefixBelow(releasesUrl, resolveLocation(new URL(answer.url), answer.headers.location), channel);
    },
    async releasePage(release, signal) {
      return parseReleasePage((await readSmallBody(await get(release, signal), MOST_PAGE_BYTES)).toString('utf8'));
    },
    async lastModified(channel, release, signal) {
      const url = addressBelow(channelsUrl, `${channel}/nixexprs.tar.xz`);
      const { headers } = await client.request({ method: 'HEAD', url, follow: false, signal });
      return lockedAt(headers.link, addressBelow(releasesUrl, release));
    },
    async file(release, name, signal) {
      // The page has the hash of what is stored, and a server may decode it for who does not take it.
      const headers = { 'accept-encoding': encodingOf(name) ?? 'identity' };
      const key = `${release}/${checkFileName(name)}`;
      const answer = await get(key, signal, headers);
      const body = resumedBody({ url: addressBelow(releasesUrl, key), answer, signal }, { client });
      return answer.contentLength === undefined ? { body } : { body, contentLength: answer.contentLength };
    },
  };
}

function prefixBelow(releasesUrl: string, target: URL, channel: ChannelName): ReleasePrefix {
  const base = `${releasesUrl.replace(/\/+$/, '')}/`;
  const [url, releases] = [whereIs(target), whereIs(new URL(base))];
  if (url.startsWith(releases)) return parseReleasePrefix(url.slice(releases.length).replace(/\/$/, ''));
  throw new NotOurUpstream(`channel ${channel} leads to ${url}, which is not below ${releases}`, { channel, url });
}

function failed({ url: address, status }: HttpAnswer, reason: string): UpstreamFailed {
  const url = whereIs(new URL(address));
  return new UpstreamFailed(`${url}: ${reason}`, { url, status, reason });
}
