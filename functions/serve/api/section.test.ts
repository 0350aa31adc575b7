import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import * as v from 'valibot';
import { apiAnswers } from '../../../shared/testing/api-answers.ts';
import { type ServeWorld, serveWorld } from '../../../shared/testing/serve-world.ts';
import { STABLE, statusOf } from '../../../shared/testing/status-of.ts';
import type { Tell, Told, Topic, Untold } from '../analytics/topic.ts';
import { apiDocument } from './openapi/document.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { type ApiDeps, apiSection } from './section.ts';

const NOW = new Date('2026-11-23T11:33:07Z');
const LAST = new Date('2026-11-23T08:00:00Z');
const HOSTILE = '=cmd|"x",\'y\'<script>';

/** What ClickHouse would say, by topic. */
const FOUND: Readonly<Record<string, unknown>> = {
  headline: { requests: 10, bodyBytes: 2_000, lookups: 8, found: 6, p95: 83_125, downloads: 4, stores: 2 },
  'log-delay': { newest: '2026-11-23T11:32:58.123Z', deliveries: 3, rows: 10, unreadable: 0 },
  traffic: [
    { at: '2026-11-22', result: 'hit', requests: 4, bodyBytes: 100 },
    { at: '2026-11-22', result: 'miss', requests: 2, bodyBytes: 6 },
  ],
  latency: [{ at: '2026-11-22', requests: 4, p50: 9_120, p95: null, p99: 40_000 }],
  'latency-by-route': [{ route: 'narinfo', requests: 4, p50: 9_120, p95: 10_000, p99: 40_000 }],
  packages: [{ pname: 'glibc', downloads: 12, bodyBytes: 34_567 }],
  'packages-long': [
    { pname: 'glibc', downloads: 12, bodyBytes: 34_567 },
    { pname: HOSTILE, downloads: 11, bodyBytes: 1 },
  ],
  'packages-like': [{ pname: 'libstdc++', downloads: 12, bodyBytes: 34_567 }],
  rising: [{ pname: 'glibc', downloads: 12, before: 3 }],
  package: { day: 1, week: 7, month: 56_789, rank: 3, packages: 500 },
  'package-days-between': [
    { date: '2026-11-21', version: null, downloads: 1, bodyBytes: 10 },
    ...['2.9', '2.10', '2.11', '2.12', '2.13', '2.8', ''].map((version) => ({
      ...{ date: '2026-11-22', version, downloads: 10, bodyBytes: 100 },
    })),
  ],
  clients: [
    { client: 'Nix', version: '2.31.2', requests: 12, checkins: 1, downloads: 3 },
    { client: 'Nix', version: null, requests: 3, checkins: 0, downloads: 0 },
  ],
  countries: [{ country: 'DE', requests: 300, downloads: 120, bodyBytes: 5 }],
  sizes: [{ log2Size: 12, downloads: 4, bodyBytes: 9_000 }],
  stores: [{ week: '2026-11-16', checkins: 7 }],
  copies: [{ date: '2026-11-22', outcome: 'copied', copies: 4, fileBytes: 9_000 }],
  failures: [{ stage: 'copy', code: 'UPSTREAM_FAILED', failures: 2, dead: 0, last: '2026-11-22T01:02:03.004Z' }],
  'channel-updates': [
    {
      ...{ at: '2026-11-22T01:02:03.004Z', channel: 'nixos-26.05', outcome: 'published', release: 'nixos/26.05/x' },
      ...{ revision: 'a1b2c3d', paths: 100, newPaths: 10, unavailable: 1, durationUs: 1_500 },
    },
  ],
  'request-totals': [{ route: 'nar', status: 200, result: 'hit', requests: 5, bodyBytes: 500 }],
  'duration-totals': [
    { route: 'nar', octave: 3, requests: 1 },
    { route: 'nar', octave: 14, requests: 3 },
    { route: 'nar', octave: 30, requests: 1 },
  ],
  'copy-totals': [{ outcome: 'copied', copies: 4 }],
  'failure-totals': [{ stage: 'copy', code: 'UPSTREAM_FAILED', failures: 2 }],
};

type State = 'fresh' | 'away' | Untold;
interface Question {
  readonly topic: string;
  readonly wanted: unknown;
}

/** As a Tell is that has these answers, as of now or of this morning. */
function telling(state: State, found: typeof FOUND, questions: Question[]): Tell {
  return async <Wanted, Found>(topic: Topic<Wanted, Found>, wanted: Wanted): Promise<Told<Found> | Untold> => {
    questions.push({ topic: topic.name, wanted });
    if (state === 'not-configured' || state === 'not-available') return state;
    const answer = v.parse(topic.schema, found[topic.name]);
    return { found: answer, at: state === 'fresh' ? NOW : LAST, fresh: state === 'fresh' };
  };
}

function world(
  state: State = 'fresh',
  { found = FOUND, ...more }: Partial<ApiDeps> & { readonly found?: typeof FOUND } = {},
): ServeWorld & { readonly questions: readonly Question[] } {
  const questions: Question[] = [];
  const section = apiSection({
    tell: telling(state, found, questions),
    threshold: 10,
    status: async () => statusOf(NOW),
    siteOf: ({ mirrorUrl }) => ({
      ...{ name: 'cache.example.org', version: '0.1.0', contact: 'ops@example.org', mirrorUrl },
      ...{ sourceUrl: 'https://example.org/source', issuesUrl: 'https://example.org/issues' },
    }),
    date: () => NOW,
    metrics: true,
    ...more,
  });
  return { ...serveWorld({ sections: [section] }), questions };
}

const ask = async (
  one: ServeWorld,
  path: string,
  more: { readonly hasToken?: boolean; readonly ifNoneMatch?: string } = {},
) => {
  const [name = '', query] = path.split('?');
  const { status, headers, body = '' } = await one.ask(name, { query, ...more });
  return { status, headers, body: Buffer.from(body, 'latin1').toString(), type: headers['content-type'] };
};
const json = async (one: ServeWorld, path: string) => JSON.parse((await ask(one, path)).body);

/** Those that this section answers, by an address that has an answer. */
const PATHS = OPERATIONS.map(({ path }) =>
  path.replace('/{channel}', `/${STABLE}`).replace('{pname}', 'glibc').replace('{path}', 'x'),
).filter((path) => !/^\/api\/(?:status|missing|paths\/)|^\/healthz/.test(path));
const FIGURES = PATHS.filter((path) => !/channels\/|^\/metrics$|^\/api(?:\/openapi\.json)?$/.test(path));
const complaints = apiAnswers();

describe('the API', () => {
  it('is described by a document that is OpenAPI 3.1', async () => {
    const document = JSON.parse((await ask(world(), '/api/openapi.json')).body);
    expect(document).toEqual(JSON.parse(JSON.stringify(apiDocument())));
    const validator = new Validator();
    expect(await validator.validate(document)).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    const names = Object.values(apiDocument().paths).map(({ get }) => get.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.stringify(document)).not.toMatch(/:\{\}[,}]/); // a schema that says nothing
  });

  describe.each(PATHS)('%s', (path) => {
    it.each(['fresh', 'away', 'not-available', 'not-configured'] as const)(
      'is as its document says: %s',
      async (state) => {
        const { status, type, body } = await ask(world(state), path, { hasToken: true });
        expect(complaints(path, { status, type, body })).toEqual([]);
        const refused = FIGURES.includes(path)
          ? { 'not-available': 503, 'not-configured': 404 }[state as string]
          : undefined;
        expect(status).toBe(refused ?? 200);
      },
    );

    it('is the same for all who ask at once, and a 304 for who has it', async () => {
      const one = world();
      const first = await ask(one, path, { hasToken: true });
      if (path === '/metrics') return expect(first.headers).toMatchObject({ 'cache-control': 'no-store' });
      expect(first.headers.etag).toMatch(/^"[\w-]{27}"$/);
      const again = await ask(one, path, { ifNoneMatch: first.headers.etag ?? '' });
      expect(again).toMatchObject({ status: 304, body: '' });
      expect(again.headers).toMatchObject({
        etag: first.headers.etag,
        'cache-control': first.headers['cache-control'],
      });
    });
  });

  it.each(FIGURES)('may keep what is fresh, and briefly what is not: %s', async (path) => {
    const cached = /badges/.test(path)
      ? 'public, max-age=3600'
      : 'public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400';
    expect((await ask(world(), path)).headers['cache-control']).toBe(cached);
    expect((await ask(world('away'), path)).headers['cache-control']).toBe('public, max-age=10');
    const away = await ask(world('not-available'), path);
    expect(away.headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '10' });
  });

  it.each(FIGURES)('refuses what it does not know, by name: %s', async (path) => {
    const one = world();
    for (const query of ['nonsense=1', 'nonsense', 'a&nonsense=']) {
      const { status, type, body } = await ask(one, `${path}?${query}`);
      expect([status, type]).toEqual([400, 'application/problem+json']);
      expect(complaints(path, { status, type, body })).toEqual([]);
    }
    expect(await json(one, `${path}?nonsense=1`)).toMatchObject({ status: 400, parameter: 'nonsense' });
    expect(one.questions).toEqual([]);
  });

  it.each([
    ['/api/traffic?range=8d', 'range'],
    ['/api/traffic?range=7d&range=7d', 'range'],
    ['/api/traffic?by=country', 'by'],
    ['/api/latency?route=page', 'route'],
    ['/api/packages?limit=0', 'limit'],
    ['/api/packages?limit=1001', 'limit'],
    ['/api/packages?q=a%20b', 'q'],
    [`/api/packages?q=${'a'.repeat(212)}`, 'q'],
    ['/api/packages/', 'pname'],
    ['/api/packages/%3Cscript%3E', 'pname'],
    ['/api/packages/a%2Fb', 'pname'],
    ['/api/packages/%ff', 'path'],
    ['/api/packages/glibc?pname=glibc', 'pname'],
    ['/api/packages/glibc/daily?from=2026-02-30', 'from'],
    ['/api/packages/glibc/daily?from=1970-01-01', 'from'],
    ['/api/packages/glibc/daily?from=2026-11-22&to=2026-11-22', 'from'],
    ['/api/packages/glibc/daily?from=2026-11-23&to=2026-11-22', 'from'],
    ['/api/packages/glibc/daily?from=2025-01-01&to=2026-02-06', 'to'],
    ['/api/packages/glibc/daily.csv?to=yesterday', 'to'],
    ['/api/badges/%20/downloads', 'pname'],
    ['/api/badges/channels/..%2fx', 'channel'],
  ])('refuses %s', async (path, parameter) => {
    const one = world();
    expect(await json(one, path)).toMatchObject({ status: 400, title: 'Not understood', parameter });
    expect(one.questions).toEqual([]);
  });

  it.each(['/api/nothing', '/api/', '/api/summary.csv', '/api/packages/a/b', '/api/packages/a/daily/x'])(
    'says of a path that it does not know where the others are: %s',
    async (path) => {
      const { status, type, body } = await ask(world(), path);
      expect([status, type]).toEqual([404, 'application/problem+json']);
      expect(JSON.parse(body)).toMatchObject({ detail: 'The endpoints are listed at /api.' });
    },
  );

  it('answers or refuses, and breaks at nothing, whatever is asked', async () => {
    const one = world();
    const part = fc.oneof(
      fc.constantFrom(...PATHS.map((path) => path.slice(5))),
      fc.string({ unit: 'grapheme' }),
      fc.webPath(),
    );
    const query = fc.oneof(
      fc.webQueryParameters(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('range=7d', 'from=9999-99-99'),
    );
    await fc.assert(
      fc.asyncProperty(part, query, async (below, asked) => {
        const { status, headers, body = '' } = await one.ask(`/api/${below}`, { query: asked });
        expect([200, 400, 404]).toContain(status);
        if (status === 200) return;
        expect(headers['content-type']).toBe('application/problem+json');
        expect(JSON.parse(body)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
      }),
      { numRuns: 300 },
    );
  });

  describe('tells', () => {
    it('headline figures and what they mean', async () => {
      expect(await json(world(), '/api/summary?range=7d')).toEqual({
        meta: {
          ...{ from: '2026-11-17T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' },
          ...{ generated: '2026-11-23T11:33:07.000Z', fresh: true, threshold: 0 },
        },
        data: {
          ...{ requests: 10, downloads: 4, bytes: 2_000, lookups: 8, found: 6, p95_ms: 83.125, stores: 2 },
          loaded_up_to: '2026-11-23T11:32:58.123Z',
        },
        definitions: expect.objectContaining({ download: expect.stringContaining('NAR') }),
      });
    });

    it('of what, as of when, and that it is the last that was known', async () => {
      const { meta } = await json(world('away'), '/api/traffic?range=24h');
      expect(meta).toEqual({
        ...{ from: '2026-11-22T09:00:00.000Z', to: '2026-11-23T09:00:00.000Z', step: 'hour' }, // as it was asked then
        ...{ generated: '2026-11-23T08:00:00.000Z', fresh: false, threshold: 0 },
      });
    });

    it('below which figure nothing is named; of countries a hundred at least', async () => {
      const threshold = async (path: string, configured: number) =>
        (await json(world('fresh', { threshold: configured }), path)).meta.threshold;
      expect(await threshold('/api/packages', 12)).toBe(12);
      expect(await threshold('/api/countries', 12)).toBe(100);
      expect(await threshold('/api/countries', 500)).toBe(500);
    });

    it('packages, as many as are wanted, by few questions', async () => {
      const one = world();
      for (const limit of [1, 50, 51, 100, 1_000]) await ask(one, `/api/packages?limit=${limit}`);
      for (const limit of [3, 50, 51, 700]) await ask(one, `/api/packages?q=std&limit=${limit}`);
      expect(new Set(one.questions.map((question) => JSON.stringify(question))).size).toBe(4);
      expect((await json(one, '/api/packages')).data).toHaveLength(2);
      expect((await json(one, '/api/packages?limit=1')).data).toEqual([
        { package: 'glibc', downloads: 12, bytes: 34_567 },
      ]);
      await ask(one, '/api/packages?q=libstdc++');
      expect(one.questions.at(-1)?.wanted).toMatchObject({ text: 'libstdc++' });
    });

    it('one package, by its name as it is, or that it is not listed', async () => {
      const one = world();
      expect((await json(one, '/api/packages/foo.csv')).data).toMatchObject({
        package: 'foo.csv',
        month: 56_789,
        rank: 3,
      });
      expect(one.questions.at(-1)).toEqual({ topic: 'package', wanted: { pname: 'foo.csv' } });
      const nobody = world('fresh', { found: { ...FOUND, package: null } });
      expect(await ask(nobody, '/api/packages/nobody')).toMatchObject({
        status: 404,
        type: 'application/problem+json',
      });
      expect((await ask(nobody, '/api/packages/nobody')).body).not.toContain('nobody');
    });

    it('its days, the five newest versions by Nix’s order and the others', async () => {
      const { data } = await json(world(), '/api/packages/glibc/daily');
      expect(data.map(({ version }: { readonly version: string | null }) => version)).toEqual([
        ...[null, '2.9', '2.10', '2.11', '2.12', '2.13', null],
      ]);
      expect(data.at(-1)).toEqual({ date: '2026-11-22', version: null, others: true, downloads: 20, bytes: 200 });
    });

    it.each([
      ['', '2026-10-25', '2026-11-24', false],
      ['?from=2026-10-01', '2026-10-01', '2026-10-31', true],
      ['?to=2026-10-31', '2026-10-01', '2026-10-31', true],
      ['?from=2025-10-19&to=2026-11-23', '2025-10-19', '2026-11-23', false],
      ['?from=2026-11-21&to=2026-11-22', '2026-11-21', '2026-11-22', true],
      ['?from=2026-11-22&to=2026-11-23', '2026-11-22', '2026-11-23', false], // some of it may not be loaded yet
    ])('days from and to%s, which may be kept for a day when all is over', async (query, from, to, closed) => {
      const one = world();
      const { headers, body } = await ask(one, `/api/packages/glibc/daily${query}`);
      expect(one.questions).toEqual([{ topic: 'package-days-between', wanted: { pname: 'glibc', from, to } }]);
      expect(JSON.parse(body).meta).toMatchObject({ from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z` });
      expect(headers['cache-control'] === 'public, max-age=86400').toBe(closed);
      const stale = await ask(world('away'), `/api/packages/glibc/daily${query}`);
      expect(stale.headers['cache-control']).toBe('public, max-age=10');
    });
  });

  describe('as CSV', () => {
    it('has the same rows under the same names', async () => {
      const { headers, body, type } = await ask(world(), '/api/packages.csv?range=7d');
      expect(body).toBe(`package,downloads,bytes\r\nglibc,12,34567\r\n"'=cmd|""x"",'y'<script>",11,1\r\n`);
      expect(type).toBe('text/csv; charset=utf-8; header=present');
      expect(headers['content-disposition']).toBe('attachment; filename="copycat-packages-7d.csv"');
      expect((await json(world(), '/api/packages?range=7d')).data[1].package).toBe(HOSTILE);
    });

    it('is a file with a harmless name, whatever the package is called', async () => {
      const { headers } = await ask(world(), `/api/packages/${encodeURIComponent('../=?x')}/daily.csv`);
      expect(headers['content-disposition']).toBeUndefined(); // a name has no slash
      const other = await ask(world(), `/api/packages/${encodeURIComponent('..=?x')}/daily.csv`);
      expect(other.headers['content-disposition']).toBe('attachment; filename="copycat-daily-..__x.csv"');
    });
  });

  describe('has badges', () => {
    const downloads = (recent: unknown, threshold = 10) =>
      json(world('fresh', { threshold, found: { ...FOUND, package: recent } }), '/api/badges/glibc/downloads');

    it('of downloads', async () => {
      expect(await downloads(FOUND.package)).toEqual({
        ...{
          schemaVersion: 1,
          label: 'downloads',
          message: '57k/month',
          color: 'blue',
          isError: false,
          cacheSeconds: 3_600,
        },
      });
      expect(await downloads(null)).toMatchObject({ message: '<10', isError: false });
      expect(await downloads(null, 0)).toMatchObject({ message: '<1' });
    });

    it.each([
      [0, 'brightgreen', '2 h old'],
      [4 * 24, 'yellow', '4 days old'],
      [11 * 24, 'red', '11 days old'],
    ])('of a channel that stood still for %i hours more', async (hours, color, message) => {
      const one = world('fresh', { date: () => new Date(NOW.getTime() + hours * 3_600_000) });
      const { headers, body } = await ask(one, `/api/badges/channels/${STABLE}`);
      expect(JSON.parse(body)).toMatchObject({ schemaVersion: 1, label: STABLE, message, color, cacheSeconds: 300 });
      expect(headers['cache-control']).toBe('public, max-age=300');
    });

    it('of channels that are mirrored here, and of no others', async () => {
      expect(await json(world(), '/api/badges/channels/nixos-waiting')).toMatchObject({ message: 'not here yet' });
      expect(await ask(world(), '/api/badges/channels/nixos-19.03')).toMatchObject({ status: 404 });
    });

    it('of a package that is called channels', async () => {
      const one = world();
      expect(await json(one, '/api/badges/channels/downloads')).toMatchObject({ label: 'downloads' });
      expect(one.questions).toEqual([{ topic: 'package', wanted: { pname: 'channels' } }]);
    });
  });

  describe('has metrics', () => {
    const metrics = async (state: State = 'fresh', more: Partial<ApiDeps> = {}) =>
      (await ask(world(state, more), '/metrics', { hasToken: true })).body;

    it('for who has the token, where there is one', async () => {
      expect(await ask(world('fresh', { metrics: false }), '/metrics', { hasToken: true })).toMatchObject({
        status: 404,
        body: '404',
      });
      const refused = await ask(world(), '/metrics');
      expect(refused).toMatchObject({ status: 401, type: 'application/problem+json' });
      expect(refused.headers).toMatchObject({
        'www-authenticate': 'Bearer realm="metrics"',
        'cache-control': 'no-store',
      });
    });

    it('in Prometheus’s text format', async () => {
      const { body, type } = await ask(world(), '/metrics', { hasToken: true });
      expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
      for (const line of body.trimEnd().split('\n'))
        expect(line).toMatch(/^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})? [0-9.e+-]+)$/);
      expect(body).toContain(
        '# TYPE copycat_requests_total counter\ncopycat_requests_total{route="nar",status="200",result="hit"} 5\n',
      );
      expect(body).toContain('copycat_response_bytes_total{route="nar",status="200",result="hit"} 500\n');
      expect(body).toContain('copycat_copies_total{outcome="copied"} 4\n');
      expect(body).toContain('copycat_failures_total{stage="copy",code="UPSTREAM_FAILED"} 2\n');
      expect(body).toContain('copycat_log_delay_seconds 8.877\n');
      expect(body).toContain('copycat_figures_fresh 1\n');
    });

    it('with a histogram that only rises', async () => {
      const buckets = [...(await metrics()).matchAll(/_bucket\{route="nar",le="([^"]+)"\} (\d+)/g)];
      const counts = buckets.map(([, , count]) => Number(count));
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(buckets[0]?.slice(1)).toEqual(['0.000256', '1']);
      expect(buckets.find(([, le]) => le === '0.016384')?.[2]).toBe('4');
      expect(buckets.at(-1)?.slice(1)).toEqual(['+Inf', '5']);
      expect(await metrics()).toContain('copycat_request_duration_seconds_count{route="nar"} 5\n');
    });

    it.each(['fresh', 'away', 'not-available', 'not-configured'] as const)(
      'of the parts and channels whatever ClickHouse says: %s',
      async (state) => {
        const body = await metrics(state);
        expect(body).toContain('copycat_up{target="bucket"} 1\n');
        expect(body).toContain('copycat_up{target="upstream"} 0\n');
        expect(body).not.toContain('target="clickhouse"'); // it is not configured
        expect(body).toContain(
          `channel_revision{channel="${STABLE}",revision="a1b2c3d",status="stable",variant="primary",current="1"} 1\n`,
        );
        expect(body).toContain(`channel_update_time{channel="${STABLE}"} ${(NOW.getTime() - 2 * 3_600_000) / 1_000}\n`);
        expect(body).toContain(`channel_current{channel="${STABLE}"} 1\n`);
        expect(body.includes('copycat_requests_total')).toBe(state === 'fresh' || state === 'away');
        const isFresh = { fresh: '1', away: '0', 'not-available': '0', 'not-configured': undefined }[state];
        expect(/copycat_figures_fresh (\d)/.exec(body)?.[1]).toBe(isFresh);
      },
    );
  });

  it('has a page that leads to all of it', async () => {
    const { body, headers } = await ask(world(), '/api');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    for (const { path } of OPERATIONS.filter(({ path }) => !path.endsWith('.csv')))
      expect(body).toContain(`<code>${path}</code>`);
    expect(body).toContain('href="/api/packages.csv"');
    expect(body).toContain('aria-current="page">API<');
  });
});
