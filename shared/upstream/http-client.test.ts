import { InvalidConfig, NotOurUpstream } from '../errors.ts';
import { clientOf, failureOf, fine, get, saying, serverThat, signal, textOf } from '../testing/scripted-upstream.ts';

describe('a request', () => {
  it('gives status, headers, address and body', async () => {
    const server = await serverThat(saying(200, { 'X-Cache': 'HIT', 'Content-Length': '4' }, 'fine'));
    const answer = await get(clientOf(server), `${server.url}/a?b`);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-cache': 'HIT' },
      url: `${server.url}/a?b`,
      contentLength: 4,
    });
    expect(await textOf(answer)).toBe('fine');
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/a?b' }]);
  });

  it('says who asks and wants no encoding, each time', async () => {
    const server = await serverThat(saying(302, { Location: '/next' }), saying(503), fine);
    await get(clientOf(server), server.url);
    expect(server.requests.map(({ path }) => path)).toEqual(['/', '/next', '/next']);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ 'user-agent': 'Copycat/test', 'accept-encoding': 'identity' });
    }
  });

  it('passes headers on', async () => {
    const server = await serverThat(saying(206, {}, 'ne'));
    const answer = await clientOf(server).request({ url: server.url, headers: { range: 'bytes=2-' }, signal });
    expect(await textOf(answer)).toBe('ne');
    expect(server.requests[0]?.headers.range).toBe('bytes=2-');
  });

  it('may be a HEAD: a length and no body', async () => {
    const server = await serverThat(saying(200, { 'Content-Length': '1000000' }));
    const client = clientOf(server, { connections: 1 });
    for (const _ of [1, 2]) {
      const answer = await client.request({ url: server.url, method: 'HEAD', signal });
      expect(answer).toMatchObject({ status: 200, contentLength: 1_000_000 });
      expect(await textOf(answer)).toBe('');
    }
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  it.each([202, 204, 206, 304, 400, 401, 403, 404, 410, 416, 418, 451, 501, 505])(
    'takes %i for an answer',
    async (status) => {
      const server = await serverThat(saying(status, {}, status === 204 || status === 304 ? '' : 'words'));
      const answer = await get(clientOf(server), server.url);
      expect(answer.status).toBe(status);
      expect(await textOf(answer)).toBe('');
      expect(server.requests).toHaveLength(1);
    },
  );

  it('reuses its connection, after errors too', async () => {
    const server = await serverThat(saying(503, {}, 'busy'), saying(404, {}, '404'), fine);
    const client = clientOf(server);
    for (const _ of [1, 2, 3, 4]) await textOf(await get(client, server.url));
    expect(server.requests).toHaveLength(5);
    expect(server.sockets.accepted).toBe(1);
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('of %i are followed', async (status) => {
    const server = await serverThat(saying(status, { Location: '/b?c' }, 'moved'), fine);
    const answer = await get(clientOf(server), `${server.url}/a`);
    expect(answer.url).toBe(`${server.url}/b?c`);
    expect(await textOf(answer)).toBe('fine');
    expect(server.sockets.accepted).toBe(1);
  });

  it('are an answer like any other when asked not to follow', async () => {
    const server = await serverThat(saying(302, { Location: 'https://elsewhere.example/' }));
    const answer = await clientOf(server).request({ url: server.url, follow: false, signal });
    expect(answer).toMatchObject({ status: 302, headers: { location: 'https://elsewhere.example/' } });
  });

  it('lead to another configured origin', async () => {
    const other = await serverThat(fine);
    const server = await serverThat(saying(302, { Location: other.url }));
    const client = clientOf(server, { origins: [server.url, other.url] });
    expect(await textOf(await get(client, server.url))).toBe('fine');
  });

  it('never lead anywhere else', async () => {
    const other = await serverThat(fine);
    const server = await serverThat(saying(302, { Location: `${other.url}/?token=secret` }));
    const failure = await failureOf(get(clientOf(server), server.url));
    expect(failure).toBeInstanceOf(NotOurUpstream);
    expect(failure).toMatchObject({ message: `${other.url}/ is not at a configured upstream` });
    expect(other.sockets.accepted).toBe(0);
  });

  it.each([
    ['in a circle', '/', 1],
    ['on and on', undefined, 6],
  ])('that lead %s are given up', async (_where, location, asked) => {
    let step = 0;
    const server = await serverThat((request, response) => {
      step += 1;
      saying(302, { Location: location ?? `/${step}` })(request, response);
    });
    expect(await failureOf(get(clientOf(server), server.url))).toMatchObject({ code: 'NOT_OUR_UPSTREAM' });
    expect(server.requests).toHaveLength(asked);
  });

  it('give their place back when they fail', async () => {
    const server = await serverThat(saying(302, { Location: 'https://elsewhere.example/' }), saying(302), fine);
    const client = clientOf(server, { connections: 1 });
    await failureOf(get(client, server.url));
    await failureOf(get(client, server.url));
    expect(await textOf(await get(client, server.url))).toBe('fine');
  });
});

describe('only configured origins', () => {
  it('are asked', async () => {
    const other = await serverThat(fine);
    expect(await failureOf(get(clientOf({ url: 'https://cache.nixos.org' }), other.url))).toBeInstanceOf(
      NotOurUpstream,
    );
    expect(other.sockets.accepted).toBe(0);
  });

  it('are taken, and none with a password', () => {
    expect(() => clientOf({ url: 'https://me:secret@cache.example' })).toThrow(InvalidConfig);
  });
});
