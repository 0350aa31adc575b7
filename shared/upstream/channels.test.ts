import type { IncomingMessage, ServerResponse } from 'node:http';
import { Malformed, NotOurUpstream, UpstreamFailed } from '../errors.ts';
import { parseChannelName, parseReleasePrefix } from '../nix/release.ts';
import { type HttpServer, listenHttp } from '../testing/http-server.ts';
import { type Channels, httpChannels } from './channels.ts';
import { itHasChannels, type SampleChannels } from './contract.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { listed } from './memory.ts';
import { formatReleasePage } from './release-page-writer.ts';

const UNSTABLE = parseChannelName('nixos-unstable');
const live = AbortSignal.timeout(60_000);

let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let server: HttpServer;
let client: HttpClient;
let channels: Channels;

beforeAll(async () => {
  server = await listenHttp((request, response) => answer(request, response));
  client = createHttpClient({ userAgent: 'Copycat/test', origins: [server.url], sleep: async () => undefined });
  channels = httpChannels(`${server.url}/channels`, `${server.url}/releases`, client);
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error) => error,
  );

/** Answers as channels.nixos.org and releases.nixos.org do. */
const upstreamWith = (sample: SampleChannels) => (request: IncomingMessage, response: ServerResponse) => {
  const [path, texts] = [request.url ?? '', new Map<string, Uint8Array>()];
  for (const [channel, release] of sample.channels) {
    if (path === `/channels/${channel}`)
      return response.writeHead(302, { Location: `${server.url}/releases/${release}` }).end();
    if (path !== `/channels/${channel}/nixexprs.tar.xz`) continue;
    const tarball = `${server.url}/releases/${release}/nixexprs.tar.xz`;
    const { revision, lastModified } = sample.releases.get(release) ?? {};
    const Link = `<${tarball}?rev=${revision}&lastModified=${lastModified}>; rel="immutable"`;
    return response.writeHead(302, { Location: tarball, Link }).end();
  }
  for (const [release, { files, ...page }] of sample.releases) {
    const listing = { ...page, files: [...files].map(([name, bytes]) => listed(name, bytes)) };
    texts.set(`/releases/${release}`, Buffer.from(formatReleasePage(release, listing)));
    for (const [name, bytes] of files) texts.set(`/releases/${release}/${name}`, bytes);
  }
  const found = texts.get(path);
  return response.writeHead(found ? 200 : 404, { 'Content-Length': found?.length ?? 3 }).end(found ?? '404');
};

describe('httpChannels', () => {
  it('takes what is stored as brotli as it is, and all else plain', async () => {
    answer = (_request, response) => response.end('x');
    const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.abc');
    const before = server.requests.length;
    for (const name of ['packages.json.br', 'src-url'])
      for await (const _ of (await channels.file(release, name, live)).body);
    const encodings = server.requests.slice(before).map(({ headers }) => headers['accept-encoding']);
    expect(encodings).toEqual(['br', 'identity']);
  });

  itHasChannels((sample) => {
    answer = upstreamWith(sample);
    return channels;
  });

  it.each([301, 302, 303, 307, 308])('resolves a channel by a %i, in one request', async (status) => {
    answer = (_request, response) =>
      response.writeHead(status, { Location: '/releases/nixos/unstable/nixos-26.11pre1.abc?x#y' }).end();
    const before = server.requests.length;
    expect(await channels.resolve(UNSTABLE, live)).toBe(parseReleasePrefix('nixos/unstable/nixos-26.11pre1.abc'));
    expect(server.requests.slice(before)).toMatchObject([{ method: 'HEAD', path: '/channels/nixos-unstable' }]);
  });

  it.each([
    ['another host', 'https://evil.example/releases/nixos/unstable/x'],
    ['another port', 'http://127.0.0.1:1/releases/nixos/unstable/x'],
    ['another path', '/other/nixos/unstable/x'],
    ['a path that only starts alike', '/releases-2/nixos/unstable/x'],
    ['a path that leads away', '/releases/../other/nixos/x'],
  ])('refuses a channel that leads to %s', async (_where, location) => {
    answer = (_request, response) => response.writeHead(302, { Location: location }).end();
    expect(await thrownBy(channels.resolve(UNSTABLE, live))).toBeInstanceOf(NotOurUpstream);
  });

  it.each([
    ['the releases themselves', '/releases/'],
    ['no release prefix', '/releases/a%20b/c'],
  ])('refuses a channel that leads to %s', async (_where, location) => {
    answer = (_request, response) => response.writeHead(302, { Location: location }).end();
    expect(await thrownBy(channels.resolve(UNSTABLE, live))).toBeInstanceOf(Malformed);
  });

  it.each([
    [404, {}, 'there is no channel nixos-unstable'],
    [200, {}, 'answered 200 where a channel redirects'],
    [304, {}, 'answered 304 where a channel redirects'],
    [403, {}, 'answered 403 where a channel redirects'],
  ])('fails at %i %j', async (status, headers, message) => {
    answer = (_request, response) => response.writeHead(status, headers).end();
    const error = await thrownBy(channels.resolve(UNSTABLE, live));
    expect(error).toBeInstanceOf(UpstreamFailed);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });

  it.each([{}, { Location: 'http://[' }])('refuses to follow %j', async (headers) => {
    answer = (_request, response) => response.writeHead(302, headers).end();
    const error = await thrownBy(channels.resolve(UNSTABLE, live));
    expect(error).toMatchObject({ code: 'NOT_OUR_UPSTREAM', message: expect.stringContaining('redirects to nowhere') });
  });

  it('refuses a page that it does not understand', async () => {
    answer = (_request, response) => response.end('<h1>We are moving</h1>');
    const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.abc');
    expect(await thrownBy(channels.releasePage(release, live))).toBeInstanceOf(Malformed);
  });
});
