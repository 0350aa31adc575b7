import { createHash } from 'node:crypto';
import { manifestKey, releaseKey } from '../../../events/release-manifest.ts';
import { releaseRecordKey } from '../../../events/release-record.ts';
import type { SaidOfObject } from '../../../shared/bucket/s3-presign.ts';
import { parseChannelName, parseReleasePrefix } from '../../../shared/nix/release.ts';
import { MIRROR_URL } from '../../../shared/testing/serve-world.ts';
import {
  emptySettledWorld,
  FILES,
  LOCKED_AT,
  PACKAGES,
  RELEASE,
  REVISION,
  settledWorld,
  UNSTABLE,
} from '../../../shared/testing/settled-world.ts';
import { pathNamed } from '../../../shared/testing/store-objects.ts';
import { parseReleasePage } from '../../../shared/upstream/release-page.ts';

const NEXT = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbbbbbbbbbbb');
const LINK = `<${MIRROR_URL}/releases/${RELEASE}/nixexprs.tar.xz?rev=${REVISION}&lastModified=${LOCKED_AT}>; rel="immutable"`;

describe('a channel', () => {
  it.each(['', '/'])('leads to its release, and is not kept (%j)', async (slash) => {
    const { ask } = await settledWorld();
    expect(await ask(`/channels/nixos-unstable${slash}`)).toMatchObject({
      status: 302,
      headers: { location: `${MIRROR_URL}/releases/${RELEASE}`, 'cache-control': 'no-store' },
    });
  });

  it('leads to the files of its release', async () => {
    const { ask } = await settledWorld();
    for (const file of [...FILES.keys()])
      expect(await ask(`/channels/nixos-unstable/${file}`)).toMatchObject({
        status: 302,
        headers: { location: `${MIRROR_URL}/releases/${RELEASE}/${file}`, 'cache-control': 'no-store' },
      });
  });

  it('says what flakes lock its tarballs to, and of no other file', async () => {
    const { ask } = await settledWorld();
    const linkOf = async (file: string) => (await ask(`/channels/nixos-unstable/${file}`)).headers.link;
    expect(await linkOf('nixexprs.tar.xz')).toBe(LINK);
    expect(await linkOf('nixexprs.tar.zst')).toBe(LINK.replace('tar.xz', 'tar.zst'));
    expect(await linkOf('store-paths.xz')).toBeUndefined();
  });

  it('is not here when it is unknown, or its release has no manifest', async () => {
    const world = await settledWorld();
    expect(await world.ask('/channels/nixos-99.05')).toMatchObject({ status: 404 });
    await world.putFiles(NEXT);
    await world.putRecord(NEXT);
    await world.point(UNSTABLE, NEXT);
    world.pass(3_001);
    for (const path of ['/channels/nixos-unstable', '/channels/nixos-unstable/git-revision', `/releases/${NEXT}`])
      expect(await world.ask(path)).toMatchObject({ status: 404 });
  });

  it('moves within seconds', async () => {
    const world = await settledWorld();
    await world.ask('/channels/nixos-unstable');
    for (const put of [world.putFiles, world.putRecord]) await put(NEXT);
    await world.putManifest(NEXT);
    await world.point(UNSTABLE, NEXT);
    world.pass(3_001);
    const { headers } = await world.ask('/channels/nixos-unstable');
    expect(headers.location).toBe(`${MIRROR_URL}/releases/${NEXT}`);
  });

  it('is not looked up by everyone who asks', async () => {
    const world = await settledWorld();
    await world.ask('/channels/nixos-unstable');
    await world.bucket.delete('channels/nixos-unstable.json');
    expect(await world.ask('/channels/nixos-unstable')).toMatchObject({ status: 302 });
  });

  it.each([
    'nothing',
    'nixos.iso',
    'latest-nixos-minimal-x86_64-linux.iso',
    '../../nix-cache-info',
    '..',
    '%2e%2e',
    'a%2fb',
    '.meta',
  ])('has no %s', async (file) => {
    const { ask } = await settledWorld();
    expect(await ask(`/channels/nixos-unstable/${file}`)).toMatchObject({ status: 404 });
  });
});

describe('the files of a release', () => {
  it.each([
    ['git-revision', 'text/plain; charset=utf-8'],
    ['src-url', 'text/plain; charset=utf-8'],
    ['nixexprs.tar.xz', 'application/x-xz'],
    ['nixexprs.tar.zst', 'application/zstd'],
    ['store-paths.xz', 'application/x-xz'],
  ])('%s is upstream’s, for ever, as %s', async (file, type) => {
    const { ask } = await settledWorld();
    expect(await ask(`/releases/${RELEASE}/${file}`)).toMatchObject({
      status: 200,
      body: FILES.get(file)?.toString('latin1'),
      headers: { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' },
    });
  });

  it('carry the same lock as the channel that led there, whatever is asked with them', async () => {
    const { ask } = await settledWorld();
    const query = `rev=${REVISION}&lastModified=${LOCKED_AT}`;
    expect((await ask(`/releases/${RELEASE}/nixexprs.tar.xz`, { query })).headers.link).toBe(LINK);
  });

  it('have no date in their lock when nobody wrote it down, and still are here', async () => {
    const world = await settledWorld();
    await world.bucket.delete(releaseRecordKey(RELEASE));
    const { status, headers } = await world.ask(`/releases/${RELEASE}/nixexprs.tar.xz`);
    expect(status).toBe(200);
    expect(headers.link).toBe(LINK.replace(/&lastModified=\d+/, ''));
    const page = (await world.ask(`/releases/${RELEASE}`)).body ?? '';
    expect(parseReleasePage(page).files.map(({ name }) => name)).toEqual([...FILES.keys()]);
  });

  it('name this mirror as the binary cache, for a while', async () => {
    const { ask } = await settledWorld();
    expect(await ask(`/releases/${RELEASE}/binary-cache-url`)).toMatchObject({
      status: 200,
      body: MIRROR_URL,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' },
    });
    const other = { mirrorUrl: 'http://192.0.2.1:8080' };
    expect((await ask(`/releases/${RELEASE}/binary-cache-url`, other)).body).toBe('http://192.0.2.1:8080');
  });

  it.each([
    ['br', FILES.get('packages.json.br')?.toString('latin1'), 'br'],
    [undefined, FILES.get('packages.json.br')?.toString('latin1'), 'br'],
    ['gzip, deflate', PACKAGES, undefined],
    ['identity', PACKAGES, undefined],
  ])('are decoded for who says that it takes %j and not brotli', async (acceptEncoding, body, encoding) => {
    const world = await settledWorld();
    for (const metadata of [undefined, {}]) {
      if (metadata)
        await world.bucket.put(releaseKey(RELEASE, 'packages.json.br'), FILES.get('packages.json.br') ?? '');
      const answer = await world.ask(`/releases/${RELEASE}/packages.json.br`, { acceptEncoding });
      expect(answer).toMatchObject({ status: 200, body, headers: { 'content-type': 'application/json' } });
      expect(answer.headers['content-encoding']).toBe(encoding);
      expect(answer.headers.vary).toBe('Accept-Encoding');
    }
  });

  it.each([manifestKey(RELEASE), releaseRecordKey(RELEASE)])('%s may change', async (key) => {
    const { ask } = await settledWorld();
    expect(await ask(`/${key}`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' },
    });
  });

  it.each(['nothing', 'manifest.json/x', '..', '../../../nix-cache-info', '%2e%2e%2fx', '.meta', 'a b'])(
    'are not %j',
    async (file) => {
      const { ask } = await settledWorld();
      expect(await ask(`/releases/${RELEASE}/${file}`)).toMatchObject({ status: 404 });
    },
  );

  it('stand in the bucket and are not shown unless the release tells of them', async () => {
    const world = await settledWorld();
    await world.bucket.put(releaseKey(RELEASE, 'unlisted.iso'), 'x');
    expect(await world.ask(`/releases/${RELEASE}/unlisted.iso`)).toMatchObject({ status: 404 });
  });

  it('go to the bucket where others do when they are large or encoded, with their lock', async () => {
    const presign = async (key: string, { contentEncoding = '' }: SaidOfObject) =>
      `https://s3.example.org/${key}?signed${contentEncoding}`;
    const { ask, bucket } = await settledWorld({ delivery: { kind: 'redirect', presign } });
    const of = (file: string) => ask(`/releases/${RELEASE}/${file}`, { acceptEncoding: 'br' });
    expect(await of('nixexprs.tar.xz')).toMatchObject({
      status: 302,
      headers: {
        location: `https://s3.example.org/releases/${RELEASE}/nixexprs.tar.xz?signed`,
        'cache-control': 'no-store',
        link: LINK,
      },
    });
    expect(await of('packages.json.br')).toMatchObject({ status: 302, headers: { 'cache-control': 'no-store' } });
    await bucket.put(releaseKey(RELEASE, 'packages.json.br'), 'stored before its encoding was');
    expect((await of('packages.json.br')).headers.location).toMatch(/\?signedbr$/);
    for (const small of ['git-revision', 'binary-cache-url', 'store-paths.xz'])
      expect(await of(small)).toMatchObject({ status: 200 });
  });
});

describe('images', () => {
  const ISO = 'nixos-minimal-26.11pre1.aaaaaaaaaaaa-x86_64-linux.iso';
  const withImage = async () => {
    const world = await settledWorld();
    const files = new Map([...FILES, [ISO, Buffer.from('an image')]]);
    await world.putFiles(RELEASE, files);
    await world.putRecord(RELEASE, files);
    return world;
  };

  it('are files of the release once it tells of them', async () => {
    const { ask } = await withImage();
    expect(await ask(`/releases/${RELEASE}/${ISO}`)).toMatchObject({
      status: 200,
      body: 'an image',
      headers: { 'content-type': 'application/octet-stream' },
    });
  });

  it('are found by the name of the newest', async () => {
    const { ask } = await withImage();
    for (const [latest, file] of [
      ['latest-nixos-minimal-x86_64-linux.iso', ISO],
      ['latest-nixos-minimal-x86_64-linux.iso.sha256', `${ISO}.sha256`],
    ])
      expect((await ask(`/channels/nixos-unstable/${latest}`)).headers.location).toBe(
        `${MIRROR_URL}/releases/${RELEASE}/${file}`,
      );
    for (const none of [
      'latest-nixos-minimal-aarch64-linux.iso',
      'latest-nixos-x86_64-linux.iso',
      'latest-nixos-graphical-x86_64-linux.iso',
    ])
      expect(await ask(`/channels/nixos-unstable/${none}`)).toMatchObject({ status: 404 });
  });

  it('come with their sums, as sha256sum writes them', async () => {
    const { ask } = await withImage();
    const sum = createHash('sha256').update('an image').digest('hex');
    expect((await ask(`/releases/${RELEASE}/${ISO}.sha256`)).body).toBe(`${sum}  ${ISO}`);
    expect(await ask(`/releases/${RELEASE}/git-revision.sha256`)).toMatchObject({ status: 404 });
  });
});

describe('the page of a release', () => {
  it('is read by another Copycat as upstream’s is, and what it lists is what that one gets', async () => {
    const { ask } = await settledWorld();
    const { status, headers, body = '' } = await ask(`/releases/${RELEASE}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const page = parseReleasePage(body);
    expect(page).toMatchObject({
      revision: REVISION,
      releasedAt: new Date('2026-11-22T01:02:03Z'),
      committedAt: new Date(LOCKED_AT * 1_000),
    });
    expect(page.files.map(({ name }) => name)).toEqual([...FILES.keys()]);
    for (const { name, size, sha256 } of page.files) {
      const bytes = Buffer.from(
        (await ask(`/releases/${RELEASE}/${name}`, { acceptEncoding: 'br' })).body ?? '',
        'latin1',
      );
      expect([name, bytes.length]).toEqual([name, size]);
      expect([name, createHash('sha256').update(bytes).digest('hex')]).toEqual([name, sha256]);
    }
  });

  it('counts by reason what is not here', async () => {
    const world = await settledWorld();
    const unavailable = ['a', 'b', 'c'].map((name, at) => ({
      path: pathNamed(name),
      reason: at === 0 ? ('missing' as const) : ('blocked' as const),
    }));
    await world.putManifest(RELEASE, { unavailable });
    const { body = '' } = await world.ask(`/releases/${RELEASE}`);
    const text = Buffer.from(body, 'latin1').toString();
    expect(text).toContain('1 <code>missing</code>: upstream lacks it');
    expect(text).toContain('2 <code>blocked</code>');
    expect(parseReleasePage(text).files).toHaveLength(FILES.size);
  });

  it('leads, like the list of channels, to what it brought, once that is written down', async () => {
    const world = await settledWorld();
    const file = `/releases/${RELEASE}/changes.ndjson.zst`;
    for (const page of [`/releases/${RELEASE}`, '/channels']) {
      const { body = '' } = await world.ask(page);
      expect(body).not.toContain(file);
    }
    expect(await world.ask(file)).toMatchObject({ status: 404 });
    await world.bucket.put(file.slice(1), 'lines');
    world.pass(10_001);
    for (const page of [`/releases/${RELEASE}`, '/channels']) {
      const { body = '' } = await world.ask(page);
      expect(body).toContain(`href="${file}"`);
    }
    const { status, headers, body } = await world.ask(file, { acceptEncoding: 'zstd' });
    expect({ status, body }).toEqual({ status: 200, body: 'lines' });
    expect(headers).toMatchObject({ 'content-type': 'application/zstd', 'cache-control': 'public, max-age=60' });
    expect(headers).not.toHaveProperty('content-encoding'); // it is kept as the file that its name says
  });

  it('does not say that all is here when it is retired', async () => {
    const world = await settledWorld();
    await world.putManifest(RELEASE, { retiredAt: '2026-11-24T00:00:00.000Z' });
    const { body = '' } = await world.ask(`/releases/${RELEASE}`);
    expect(body).toContain('not kept here since 2026-11-24 00:00:00 UTC');
    expect(body).not.toContain('All of them are here');
    expect(parseReleasePage(Buffer.from(body, 'latin1').toString()).files).toHaveLength(FILES.size);
    expect(await world.ask(`/releases/${RELEASE}/git-revision`)).toMatchObject({ status: 200 });
  });

  it('has one address', async () => {
    const { ask } = await settledWorld();
    expect(await ask(`/releases/${RELEASE}/`)).toMatchObject({
      status: 302,
      headers: { location: `${MIRROR_URL}/releases/${RELEASE}` },
    });
  });

  it('is there again with what has healed', async () => {
    const world = await settledWorld();
    await world.putManifest(RELEASE, { unavailable: [{ path: pathNamed('a'), reason: 'missing' }] });
    expect((await world.ask(`/releases/${RELEASE}`)).body).toContain('missing');
    await world.putManifest(RELEASE);
    world.pass(10_001);
    expect((await world.ask(`/releases/${RELEASE}`)).body).not.toContain('missing');
  });

  it.each([
    '/releases',
    '/releases/',
    '/releases/nixos',
    '/releases/nixos/unstable',
    '/releases/../channels',
    '/releases//x-1/y-2',
  ])('is not at %s', async (path) => {
    const { ask } = await settledWorld();
    expect(await ask(path)).toMatchObject({ status: 404 });
  });
});

describe('/flake-registry.json', () => {
  const channelsOf = async (...names: readonly string[]) => {
    const channels = names.map(parseChannelName);
    const world = emptySettledWorld({ channels });
    await world.putManifest(RELEASE);
    for (const channel of channels) await world.point(channel, RELEASE);
    const { body = '', headers } = await world.ask('/flake-registry.json');
    expect(headers['content-type']).toBe('application/json');
    const { version, flakes } = JSON.parse(body) as {
      readonly version: number;
      readonly flakes: readonly { readonly from: { readonly id: string }; readonly to: { readonly url: string } }[];
    };
    expect(version).toBe(2);
    return flakes.map(({ from, to }) => [from.id, to.url.replace(`${MIRROR_URL}/channels/`, '')]);
  };

  it('has each channel by its name, and as nixpkgs the one that most people mean', async () => {
    expect(await channelsOf('nixos-26.05', 'nixos-unstable', 'nixpkgs-unstable')).toEqual([
      ['nixpkgs', 'nixpkgs-unstable/nixexprs.tar.xz'],
      ['nixos-26_05', 'nixos-26.05/nixexprs.tar.xz'],
      ['nixos-unstable', 'nixos-unstable/nixexprs.tar.xz'],
      ['nixpkgs-unstable', 'nixpkgs-unstable/nixexprs.tar.xz'],
    ]);
    expect((await channelsOf('nixos-26.05', 'nixos-unstable'))[0]).toEqual([
      'nixpkgs',
      'nixos-unstable/nixexprs.tar.xz',
    ]);
    expect((await channelsOf('nixos-26.05'))[0]).toEqual(['nixpkgs', 'nixos-26.05/nixexprs.tar.xz']);
  });

  it('has no channel that is not here yet', async () => {
    const world = emptySettledWorld();
    await world.point(UNSTABLE, RELEASE);
    expect(JSON.parse((await world.ask('/flake-registry.json')).body ?? '')).toEqual({ version: 2, flakes: [] });
  });
});

describe('/channels', () => {
  it.each(['/channels', '/channels/'])('lists the channels, with their releases (%s)', async (path) => {
    const { ask } = await settledWorld();
    const { status, body = '' } = await ask(path);
    expect(status).toBe(200);
    expect(body).toContain('href="/channels/nixos-unstable"');
    expect(body).toContain(`href="/releases/${RELEASE}"`);
    expect(body).toContain('nix-channel --add');
    expect(body).not.toMatch(/<script|\sstyle=/i);
  });

  it('says so when there is none yet', async () => {
    expect((await emptySettledWorld().ask('/channels')).body).toContain('still on its way');
  });

  it('answers who has it already', async () => {
    const { ask } = await settledWorld();
    const { etag } = (await ask('/channels')).headers;
    expect(await ask('/channels', { ifNoneMatch: etag })).toMatchObject({ status: 304 });
  });
});
