import fc from 'fast-check';
import { channelPointerKey, formatChannelPointer } from '../../../events/channel-pointer.ts';
import { channelSeenKey, formatChannelSeen } from '../../../events/channel-seen.ts';
import { afterAttempt, formatPathUnavailable, type Reason, unavailableKey } from '../../../events/path-unavailable.ts';
import { formatPulls, pullsKey } from '../../../events/pulls.ts';
import { dateOf } from '../../../events/record.ts';
import {
  countByReason,
  formatReleaseManifest,
  type MissingPath,
  manifestKey,
  releaseKey,
} from '../../../events/release-manifest.ts';
import { stagedKey } from '../../../events/staged.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { BucketFailed } from '../../../shared/errors.ts';
import { memoryLog } from '../../../shared/log.ts';
import { parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../../../shared/nix/release.ts';
import { formatBaseName, formatStorePath, type StorePath } from '../../../shared/nix/store-path.ts';
import { createJournal } from '../../../shared/testing/journal.ts';
import { serveWorld } from '../../../shared/testing/serve-world.ts';
import { pathNamed, type StoreObject, storeObject } from '../../../shared/testing/store-objects.ts';
import { xz } from '../../../shared/testing/xz.ts';
import { openPaths } from './open.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const CHANNEL = parseChannelName('nixos-unstable');
const CURRENT = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const NEXT = parseReleasePrefix('nixos/unstable/nixos-26.11pre2.bbbbbbbbbbbb');
const HOURS_3 = 3 * 3_600_000;

/** A channel that stands at a release which lists these, and lacks those; a second release may be under way. */
async function mirror(
  lists: { current?: readonly StorePath[]; next?: readonly StorePath[]; missing?: readonly MissingPath[] } = {},
) {
  const { current = [], next, missing = [] } = lists;
  const journal = createJournal();
  const [bucket, state] = [memoryBucket(), memoryBucket()];
  const log = memoryLog();
  let [broken, time] = [false, 1_000];
  const mayFail = (one: typeof bucket): typeof bucket => {
    const check = () => (broken ? Promise.reject(new BucketFailed('down', { key: 'x' })) : Promise.resolve());
    return {
      ...one,
      head: (key, signal) => check().then(() => one.head(key, signal)),
      get: (key, options) => check().then(() => one.get(key, options)),
      async *list(prefix, options) {
        await check();
        yield* one.list(prefix, options);
      },
    };
  };
  const keep = async (release: ReleasePrefix, paths: readonly StorePath[]) =>
    bucket.put(
      releaseKey(release, 'store-paths.xz'),
      await xz(paths.map((path) => `${formatStorePath(path)}\n`).join('')),
    );
  const at = { revision: '', listed: current.length };
  await keep(CURRENT, current);
  await bucket.put(
    manifestKey(CURRENT),
    formatReleaseManifest({ ...at, release: CURRENT, settledAt: NOW.toISOString(), unavailable: missing }),
  );
  await bucket.put(
    channelPointerKey(CHANNEL),
    formatChannelPointer({
      ...at,
      channel: CHANNEL,
      release: CURRENT,
      movedAt: NOW.toISOString(),
      unavailable: countByReason(missing),
    }),
  );
  if (next) await keep(NEXT, next);
  const seen = [CURRENT, ...(next ? [NEXT] : [])];
  const releases = seen.map((release) => ({ release, seenAt: NOW.toISOString(), fannedOut: true }));
  await state.put(channelSeenKey(CHANNEL), formatChannelSeen({ channel: CHANNEL, releases }));

  const section = openPaths({
    bucket: journal.watch('public', mayFail(bucket)),
    state: journal.watch('state', mayFail(state)),
    siteOf: ({ mirrorUrl }) => ({
      name: 'mirror.example.org',
      mirrorUrl,
      version: '1.2.3',
      contact: 'ops@example.org',
      sourceUrl: 'https://example.org',
      issuesUrl: 'https://example.org',
    }),
    date: () => NOW,
    now: () => time,
    log,
  });
  const { ask } = serveWorld({ sections: [section] });
  return {
    bucket,
    state,
    log,
    journal,
    ask,
    pass(ms: number) {
      time += ms;
    },
    breakDown() {
      broken = true;
    },
    api: async (path: StorePath | string) => {
      const { status, headers, body } = await ask(`/api/paths/${typeof path === 'string' ? path : path.hash}`);
      return { status, headers, json: JSON.parse(body ?? '') as Record<string, unknown> };
    },
    page: async (path: StorePath) => {
      const { status, body = '' } = await ask(`/paths/${path.hash}`);
      return { status, text: wordsOf(body) };
    },
    publish: ({ hash, narInfo }: StoreObject) => bucket.put(`${hash}.narinfo`, narInfo),
    stage: ({ hash, narInfo }: StoreObject) => state.put(stagedKey(hash), narInfo),
    fail: ({ hash }: StorePath, reason: Reason, evidence = `upstream has no ${hash}.narinfo`) =>
      state.put(
        unavailableKey(hash),
        formatPathUnavailable(afterAttempt(undefined, { hash, reason, evidence }, HOURS_3, NOW)),
      ),
  };
}

/** What a person reads on it. */
const wordsOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('\u202f', ' ')
    .replace(/\s+/g, ' ');

const libc = storeObject('glibc-2.40');
const x265 = pathNamed('x265-3.5');
const libheif = storeObject('libheif-1.15.2', { references: [libc.path, x265] });
const magick = storeObject('imagemagick-7.0.7', {
  references: [libc.path, libheif.path, pathNamed('imagemagick-7.0.7')],
});

describe('a path that is here', () => {
  it('says since when, in which releases, and that its references are here', async () => {
    const hello = storeObject('hello-2.12', { references: [libc.path] });
    const { api, page, publish } = await mirror({ current: [hello.path], next: [hello.path] });
    await publish(hello);
    expect(await api(hello.path)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=10' },
      json: {
        hash: hello.hash,
        path: formatBaseName(hello.path),
        state: 'here',
        since: expect.stringMatching(/^\d{4}-/),
        references: { total: 1, here: 1, paths: [{ path: formatBaseName(libc.path), state: 'here' }] },
        releases: [
          { release: CURRENT, channels: [CHANNEL], status: 'current' },
          { release: NEXT, channels: [CHANNEL], status: 'under-way' },
        ],
        unread_releases: 0,
      },
    });
    const { status, text } = await page(hello.path);
    expect([status, text]).toEqual([200, expect.stringContaining('hello-2.12 is here')]);
    expect(text).toContain(CURRENT);
  });

  it('is found however it is written', async () => {
    const { ask, publish } = await mirror();
    await publish(libc);
    const name = formatBaseName(libc.path);
    for (const written of [
      libc.hash,
      name,
      `/nix/store/${name}`,
      `nix/store/${name}`,
      `/nix/store/${name}/lib/libc.so`,
      encodeURIComponent(`/nix/store/${name}`),
    ]) {
      expect([written, (await ask(`/paths/${written}`)).status]).toEqual([written, 200]);
      expect([written, (await ask(`/api/paths/${written}`)).status]).toEqual([written, 200]);
      expect(await ask('/paths', { query: `q=${encodeURIComponent(decodeURIComponent(written))}` })).toMatchObject({
        status: 302,
        headers: { location: `/paths/${libc.hash}` },
      });
    }
  });

  it('is said to be here while the state bucket is of no use', async () => {
    const { api, publish, state } = await mirror();
    await publish(libc);
    await state.put(channelSeenKey(CHANNEL), '{');
    expect(await api(libc.path)).toMatchObject({ status: 200, json: { state: 'here' } });
  });
});

describe('a path that is not here', () => {
  it('waits for what has been asked for', async () => {
    const { api, page, stage } = await mirror({ current: [magick.path] });
    await stage(magick);
    expect((await api(magick.path)).json).toMatchObject({
      state: 'waiting',
      references: {
        total: 2,
        here: 0,
        paths: [
          { path: formatBaseName(libc.path), state: 'asked' },
          { path: formatBaseName(libheif.path), state: 'asked' },
        ],
      },
    });
    expect((await page(magick.path)).text).toContain('imagemagick-7.0.7 is not here yet');
  });

  it('is blocked by a gap further down, and shows the way there and when it is tried again', async () => {
    const { api, page, publish, stage, fail } = await mirror({
      current: [magick.path],
      missing: [{ path: magick.path, reason: 'blocked', because: x265.hash }],
    });
    await publish(libc);
    await stage(libheif);
    await stage(magick);
    await fail(x265, 'missing');
    const { json } = await api(magick.path);
    expect(json).toMatchObject({
      state: 'blocked',
      chain: [
        { path: formatBaseName(magick.path), state: 'blocked' },
        { path: formatBaseName(libheif.path), state: 'blocked' },
        { path: formatBaseName(x265), state: 'unavailable' },
      ],
      because: {
        hash: x265.hash,
        reason: 'missing',
        since: NOW.toISOString(),
        attempts: 1,
        next: '2026-11-22T15:00:00.000Z',
        evidence: `upstream has no ${x265.hash}.narinfo`,
      },
      references: { total: 2, here: 1 },
    });
    const { text } = await page(magick.path);
    expect(text).toContain('It needs x265-3.5, which is missing upstream');
    expect(text).toContain('Next try 15:00.');
    expect(text.indexOf('-libheif-1.15.2')).toBeLessThan(text.indexOf('-x265-3.5'));
  });

  it('waits for one that fails, and says which', async () => {
    const { api, page, stage, fail } = await mirror({ current: [libheif.path] });
    await stage(libheif);
    await fail(x265, 'failing', 'GET https://cache.example.org: answered 503');
    expect((await api(libheif.path)).json).toMatchObject({
      state: 'waiting',
      because: { hash: x265.hash, reason: 'failing' },
      chain: [{ state: 'waiting' }, { hash: x265.hash, state: 'failing' }],
    });
    expect((await page(libheif.path)).text).toContain('waits for x265-3.5');
  });

  it.each(['missing', 'corrupt', 'untrusted', 'unsupported', 'too-large'] as const)(
    'is unavailable because upstream has it %s, since when, and is tried again then',
    async (reason) => {
      const { api, page, fail } = await mirror({ current: [x265], missing: [{ path: x265, reason }] });
      await fail(x265, reason);
      expect((await api(x265)).json).toMatchObject({
        path: formatBaseName(x265),
        state: 'unavailable',
        reason,
        since: NOW.toISOString(),
        next: '2026-11-22T15:00:00.000Z',
        releases: [{ release: CURRENT }],
      });
      const { status, text } = await page(x265);
      expect([status, text]).toEqual([200, expect.stringContaining('x265-3.5 is not to be had')]);
      expect(text).toContain('Next try 15:00.');
    },
  );

  it('is failing when nobody knows yet whether upstream has it', async () => {
    const { api, fail } = await mirror({ next: [x265] });
    await fail(x265, 'failing');
    expect((await api(x265)).json).toMatchObject({
      state: 'failing',
      reason: 'failing',
      releases: [{ release: NEXT }],
    });
  });

  it('is what the manifest says when its record was damaged', async () => {
    const { api, state } = await mirror({ current: [x265], missing: [{ path: x265, reason: 'corrupt' }] });
    await state.put(unavailableKey(x265.hash), '{');
    expect((await api(x265)).json).toMatchObject({ state: 'unavailable', reason: 'corrupt' });
  });

  it('is on its way when a release lists it, or a reader asked for it today', async () => {
    const wanted = pathNamed('wanted-1');
    const { api, page, state } = await mirror({ current: [], next: [x265] });
    const date = dateOf(NOW);
    await state.put(pullsKey(date), formatPulls({ date, bytes: 1, paths: [wanted.hash] }));
    expect((await api(x265)).json).toMatchObject({ state: 'asked', releases: [{ status: 'under-way' }] });
    expect((await api(wanted)).json).toMatchObject({ state: 'asked', releases: [] });
    expect((await page(x265)).text).toContain('has not come yet');
  });

  it('was never listed', async () => {
    const { api, page } = await mirror({ current: [libc.path], next: [libc.path] });
    expect(await api(x265)).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      json: { title: 'Never heard of', status: 404 },
    });
    expect(await page(x265)).toMatchObject({ status: 404, text: expect.stringContaining('is not known here') });
  });
});

describe('a question about a path', () => {
  it('that names none is refused, and comes out as it went in: as text', async () => {
    const { ask, log } = await mirror();
    const hostile = '"><script>alert(1)</script>';
    for (const answer of [
      await ask(`/paths/${encodeURIComponent(hostile)}`),
      await ask(`/paths/${hostile}`),
      await ask('/paths', { query: `q=${encodeURIComponent(hostile)}` }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body).not.toContain('<script');
      expect(answer.body).toContain('&quot;&gt;&lt;script&gt;');
    }
    expect(await ask(`/api/paths/${encodeURIComponent(hostile)}`)).toMatchObject({ status: 400 });
    expect(log.lines).toEqual([]);
  });

  it('is answered in good form, whatever it is', async () => {
    const { ask } = await mirror();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webPath()), async (text) => {
        for (const path of [`/paths/${text}`, `/api/paths/${text}`])
          expect([400, 404]).toContain((await ask(path)).status);
        expect([400, 302]).toContain((await ask('/paths', { query: `q=${text}` })).status);
      }),
      { numRuns: 50 },
    );
  });

  it('is answered with 503 while the storage is down, and is not logged', async () => {
    const { ask, api, page, breakDown, log } = await mirror();
    breakDown();
    expect(await api(x265)).toMatchObject({ status: 503, headers: { 'retry-after': '3' }, json: { status: 503 } });
    expect(await page(x265)).toMatchObject({ status: 503, text: expect.stringContaining('does not answer') });
    expect(await ask('/api/missing')).toMatchObject({ status: 503 });
    expect((await ask('/paths')).status).toBe(200);
    expect(log.lines.length).toBeGreaterThan(0);
    const ours = log.lines.filter(({ event }) => event === 'paths.not-looked-up');
    expect(ours).toHaveLength(3);
    expect(JSON.stringify(ours)).not.toContain(x265.hash);
  });

  it('reads each list once, however many ask', async () => {
    const { api, journal, pass } = await mirror({ current: [libc.path] });
    await Promise.all([x265, libheif.path, magick.path].map(api));
    pass(60_000);
    await api(x265);
    const reads = journal.entries.filter((entry) => entry === `public get ${releaseKey(CURRENT, 'store-paths.xz')}`);
    expect(reads).toHaveLength(1);
  });
});

describe('/api/missing', () => {
  const nobody = pathNamed('nobody-listed-1');
  const lacking = async () => {
    const world = await mirror({
      current: [magick.path, libheif.path, x265],
      missing: [
        { path: magick.path, reason: 'blocked', because: x265.hash },
        { path: libheif.path, reason: 'blocked', because: x265.hash },
        { path: x265, reason: 'missing' },
      ],
    });
    await world.fail(x265, 'missing');
    await world.fail(nobody, 'corrupt');
    const missing = async (query = '') => {
      const { status, body = '' } = await world.ask('/api/missing', { query });
      return { status, json: JSON.parse(body) as MissingJson };
    };
    return { ...world, missing };
  };
  interface MissingJson {
    readonly total: number;
    readonly reasons: readonly {
      readonly reason: string;
      readonly count: number;
      readonly paths: readonly { readonly hash: string }[];
    }[];
    readonly next?: string;
  }
  const flat = ({ reasons }: MissingJson) => reasons.flatMap(({ paths }) => paths);

  it('has all that is unavailable by reason, with the cause and the next try', async () => {
    const { missing } = await lacking();
    const { status, json } = await missing();
    expect([status, json.total, json.next]).toEqual([200, 4, undefined]);
    const by = Object.fromEntries(json.reasons.map(({ reason, ...group }) => [reason, group]));
    expect(by.missing).toEqual({
      count: 1,
      paths: [expect.objectContaining({ path: formatBaseName(x265), releases: [CURRENT], attempts: 1 })],
    });
    expect(by.blocked).toMatchObject({ count: 2, paths: [{ because: x265.hash, reason: 'blocked' }, {}] });
    expect(by.blocked?.paths[0]).toMatchObject({ next: '2026-11-22T15:00:00.000Z', since: NOW.toISOString() });
    expect(by.corrupt).toMatchObject({ count: 1, paths: [{ hash: nobody.hash, releases: [] }] });
    expect(by['too-large']).toEqual({ count: 0, paths: [] });
  });

  it('is had page by page, each entry once', async () => {
    const { missing } = await lacking();
    const pages: { readonly hash: string }[][] = [];
    let query: string | undefined = 'limit=3';
    while (query !== undefined && pages.length < 5) {
      const { json } = await missing(query);
      expect(json.total).toBe(4); // of all pages
      pages.push(flat(json));
      query = json.next && new URL(json.next).search.slice(1);
    }
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(pages.flat().toSorted(byHash)).toEqual(flat((await missing('limit=1000')).json).toSorted(byHash));
  });
  const byHash = (a: { readonly hash: string }, b: { readonly hash: string }) => (a.hash < b.hash ? -1 : 1);

  it('has those of one reason', async () => {
    const { missing } = await lacking();
    const { json } = await missing('reason=blocked');
    expect(flat(json)).toHaveLength(2);
    expect(json.total).toBe(4);
  });

  it('reads a record again only when it has changed', async () => {
    const { missing, journal, pass, fail } = await lacking();
    await missing();
    pass(30_001);
    await fail(nobody, 'missing');
    const { json } = await missing();
    expect(json.reasons.find(({ reason }) => reason === 'missing')?.count).toBe(2);
    const reads = journal.entries.filter((entry) => entry.startsWith('state get unavailable/'));
    expect(reads.map((entry) => entry.slice(-37, -5)).toSorted()).toEqual(
      [x265.hash, nobody.hash, nobody.hash].toSorted(),
    );
  });

  it.each(['reason=none', 'limit=0', 'limit=1001', 'limit=x', 'after=x', 'after=../x'])(
    'refuses ?%s',
    async (query) => {
      const { ask } = await lacking();
      expect(await ask('/api/missing', { query })).toMatchObject({
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
      });
    },
  );
});
