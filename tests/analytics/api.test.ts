/** The API on a real ClickHouse: its figures are what the requests themselves come to, whatever packages are called. */

import { openTell } from '../../functions/serve/analytics/open.ts';
import { openApi } from '../../functions/serve/api/open.ts';
import { readServeConfig } from '../../functions/serve/config.ts';
import { siteOf } from '../../functions/serve/site-of.ts';
import { openStatusReader } from '../../functions/serve/status/open.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { silentLog } from '../../shared/log.ts';
import { apiAnswers } from '../../shared/testing/api-answers.ts';
import { type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { packageNames } from '../bench/analytics/names.ts';
import { rowsOfMonth } from '../bench/analytics/rows.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { type AnalyticsWorld, insert, requestRow, startAnalytics } from './analytics-world.ts';
import { HOSTILE_NAMES } from './hostile/names.ts';

const DAY = 86_400_000;
const today = new Date(Math.floor(Date.now() / DAY) * DAY);
const daysAgo = (days: number): Date => new Date(today.getTime() - days * DAY);
const dateOf = (at: Date): string => at.toISOString().slice(0, 10);
const THRESHOLD = 10;
const CLIENTS_ASK = "route NOT IN ('page', 'api', 'health', 'diagnose', 'other')";
const NAR_BYTES = "sumIf(body_bytes, route = 'nar' AND method = 'GET') AS bytes";
const complaints = apiAnswers();

interface Said {
  readonly meta: { readonly from: string; readonly to: string; readonly fresh: boolean; readonly threshold: number };
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

describeWithGivenClickHouse('the API', () => {
  let world: AnalyticsWorld;
  let serve: ServeWorld;
  const state = memoryBucket('state');

  /** serve with its own memory, and what is kept in the state bucket. */
  function opened(clickHouseUrl: string): ServeWorld {
    const config = readServeConfig({
      BUCKET: 'file:///nowhere/cache',
      STATE: 'file:///nowhere/state',
      CLICKHOUSE_URL: clickHouseUrl,
      ANALYTICS_THRESHOLD: String(THRESHOLD),
      METRICS_TOKEN: 'Zm9vYmFyYmF6cXV4',
    });
    const tell = openTell(config, { state, log: silentLog });
    const section = openApi(config, {
      ...openStatusReader(config, { bucket: memoryBucket(), state }),
      tell,
      siteOf: siteOf(config),
      date: () => new Date(),
    });
    return serveWorld({ sections: [section] });
  }

  async function ask(path: string, one = serve) {
    const [name = '', query] = path.split('?');
    const { status, headers, body = '' } = await one.ask(name, { query, hasToken: true });
    const answer = { status, type: headers['content-type'], body: Buffer.from(body, 'latin1').toString() };
    expect([path, complaints(path, answer)]).toEqual([path, []]);
    return answer;
  }
  async function json(path: string, one = serve): Promise<Said> {
    const { status, body } = await ask(path, one);
    expect([path, status]).toEqual([path, 200]);
    return JSON.parse(body) as Said;
  }

  /** From the rows as they were loaded, of the time that an answer says it is about. */
  const raw = <T>({ meta }: Pick<Said, 'meta'>, select: string, where = '1', then = '') =>
    world.rows<T>(
      `SELECT ${select} FROM requests WHERE ts >= parseDateTimeBestEffort('${meta.from}') AND ts < parseDateTimeBestEffort('${meta.to}')
        AND ${where} ${then} SETTINGS output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'`,
    );

  beforeAll(async () => {
    world = await startAnalytics();
    const rows = [...rowsOfMonth({ rows: 30_000, seed: 'api', from: daysAgo(30), names: await packageNames() })];
    for (let at = 0; at < rows.length; at += 10_000)
      await insert(world.client, 'requests', rows.slice(at, at + 10_000), `month ${at}`);
    const nar = { route: 'nar', cache_result: 'redirect', country: 'FR' };
    const hostile = HOSTILE_NAMES.filter(([, pname]) => pname !== '').flatMap(([, pname, version]) =>
      Array.from({ length: THRESHOLD }, (_, hour) =>
        requestRow({ ...nar, pname, version, ts: new Date(daysAgo(2).getTime() + hour * 3_600_000).toISOString() }),
      ),
    );
    const seldom = [1, 2, 3].map((days) =>
      requestRow({ ...nar, pname: 'seldom', version: '1', client_version: '0.0.1', ts: daysAgo(days).toISOString() }),
    );
    const now = Array.from({ length: 20 }, (_, n) =>
      requestRow({
        ...nar,
        pname: 'fresh',
        version: `${n % 7}`,
        ts: new Date(Math.max(today.getTime(), Date.now() - 60_000)).toISOString(),
      }),
    );
    const elsewhere = ['page', 'api', 'health', 'other'].map((route) =>
      requestRow({ route, ts: daysAgo(1).toISOString() }),
    );
    await insert(world.client, 'requests', [...hostile, ...seldom, ...now, ...elsewhere], 'others');
    serve = opened(world.url);
  });
  afterAll(() => world?.end());

  it.each(['24h', '7d', '30d', '1y'])('headline figures: %s', async (range) => {
    const { meta, data } = (await json(`/api/summary?range=${range}`)) as unknown as {
      meta: Said['meta'];
      data: Said['data'][number];
    };
    const [ofHours] = await raw<object>(
      { meta },
      `count() AS requests, sumIf(body_bytes, cache_result != 'upstream') AS bytes, countIf(route = 'narinfo') AS lookups,
       countIf(route = 'narinfo' AND cache_result NOT IN ('miss', 'error')) AS found`,
      CLIENTS_ASK,
    );
    expect(data).toMatchObject(ofHours ?? {});
    const days = { ...meta, from: `${meta.from.slice(0, 10)}T00:00:00Z`, to: dateOf(new Date(today.getTime() + DAY)) };
    expect(data).toMatchObject((await raw<object>({ meta: days }, 'countIf(download) AS downloads'))[0] ?? {});
    const week = { ...days, from: dateOf(daysAgo(6)) };
    const stores = "countIf(route = 'cache_info' AND method = 'GET') AS stores";
    expect(data).toMatchObject((await raw<object>({ meta: week }, stores))[0] ?? {});
  });

  it.each([
    ['24h', 'toStartOfHour(toDateTime(ts))'],
    ['30d', 'toDate(ts)'],
    ['1y', 'toMonday(ts)'],
  ])('traffic and latency of %s', async (range, at) => {
    const traffic = await json(`/api/traffic?range=${range}&by=result`);
    const select = `${at} AS at, cache_result AS result, count() AS requests, sum(body_bytes) AS bytes`;
    expect(traffic.data.length).toBeGreaterThan(2);
    expect(traffic.data).toEqual(await raw(traffic, select, CLIENTS_ASK, 'GROUP BY at, result ORDER BY at, result'));
    for (const [route, where] of [
      ['narinfo', "route = 'narinfo'"],
      ['nar', "route = 'nar'"],
      ['all', CLIENTS_ASK],
    ]) {
      const latency = await json(`/api/latency?range=${range}&route=${route}`);
      const counts = latency.data.map((row) => ({ at: row.at, requests: row.requests }));
      expect(counts).toEqual(await raw(latency, `${at} AS at, count() AS requests`, where, 'GROUP BY at ORDER BY at'));
    }
  });

  it('latency by route', async () => {
    const said = await json('/api/latency/routes');
    const expected = await raw<{ route: string; requests: number; p50: number }>(
      said,
      'route, count() AS requests, quantileExactLow(0.5)(duration_us) / 1000 AS p50',
      CLIENTS_ASK,
      'GROUP BY route ORDER BY requests DESC, route',
    );
    expect(said.data.map(({ route, requests }) => [route, requests])).toEqual(
      expected.map(({ route, requests }) => [route, requests]),
    );
    const [first] = said.data;
    expect(Math.abs(Number(first?.p50_ms) / (expected[0]?.p50 ?? 0) - 1)).toBeLessThan(0.03);
  });

  const PACKAGES = `pname AS package, countIf(download) AS downloads, ${NAR_BYTES}`;

  it.each(['24h', '7d', '30d', '1y'])('packages of %s, none below the threshold', async (range) => {
    const said = await json(`/api/packages?range=${range}&limit=1000`);
    const expected = await raw(
      said,
      PACKAGES,
      "pname != '' AND route IN ('nar', 'narinfo')",
      `GROUP BY pname HAVING downloads >= ${THRESHOLD} ORDER BY downloads DESC, pname LIMIT 1000`,
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(said.data).toEqual(expected);
    expect(said.meta.threshold).toBe(THRESHOLD);
    expect((await json(`/api/packages?range=${range}&limit=7`)).data).toEqual(expected.slice(0, 7));
    const found = await json(`/api/packages?range=${range}&q=SELDOM`);
    expect(found.data).toEqual([]);
  });

  it('packages that rise', async () => {
    const said = await json('/api/rising');
    const week = dateOf(daysAgo(7));
    const expected = await raw(
      said,
      `pname AS package, countIf(download AND ts >= '${week}') AS downloads, countIf(download AND ts < '${week}') AS before`,
      "pname != ''",
      `GROUP BY pname HAVING downloads >= ${THRESHOLD} AND downloads > before
       ORDER BY (downloads - before) / sqrt(downloads + before) DESC, pname LIMIT 50`,
    );
    expect(expected.length).toBeGreaterThan(5);
    expect(said.data).toEqual(expected);
  });

  it('clients, countries, stores and sizes', async () => {
    const clients = await json('/api/clients');
    const byVersion = await raw<{
      client: string;
      version: string;
      requests: number;
      checkins: number;
      downloads: number;
    }>(
      clients,
      `client, client_version AS version, count() AS requests, countIf(route = 'cache_info' AND method = 'GET') AS checkins,
       countIf(download) AS downloads`,
      CLIENTS_ASK,
      'GROUP BY client, version',
    );
    for (const { version, others, ...counts } of clients.data)
      if (!others) expect(byVersion).toContainEqual({ version, ...counts });
    const sumOf = (rows: readonly object[], key: string) =>
      rows.reduce((sum, row) => sum + Number((row as Record<string, unknown>)[key]), 0);
    for (const key of ['requests', 'checkins', 'downloads'])
      expect(sumOf(byVersion, key) - sumOf(clients.data, key)).toBe(key === 'checkins' ? 0 : 3); // of that one
    expect(clients.data.map(({ version }) => version)).not.toContain('0.0.1'); // asked three times

    const countries = await json('/api/countries');
    expect(countries.data).toEqual(
      await raw(
        countries,
        "country, count() AS requests, countIf(download) AS downloads, sumIf(body_bytes, method = 'GET') AS bytes",
        CLIENTS_ASK,
        'GROUP BY country HAVING downloads >= 100 ORDER BY downloads DESC, country',
      ),
    );
    expect(countries.data.length).toBeGreaterThan(1);

    const stores = await json('/api/stores');
    expect(stores.data.length).toBeGreaterThanOrEqual(3);
    expect(stores.data).toEqual(
      await raw(
        stores,
        "toMonday(ts) AS week, countIf(route = 'cache_info' AND method = 'GET') AS checkins",
        CLIENTS_ASK,
        `GROUP BY week HAVING week >= toDate('${stores.meta.from.slice(0, 10)}') AND week + 7 <= toDate('${stores.meta.to.slice(0, 10)}') ORDER BY week`,
      ),
    );

    const sizes = await json('/api/sizes');
    expect(sizes.data).toEqual(
      await raw(
        sizes,
        'toUInt64(exp2(ceil(log2(greatest(body_bytes, 1))))) AS up_to_bytes, count() AS downloads, sum(body_bytes) AS bytes',
        'download',
        'GROUP BY up_to_bytes ORDER BY up_to_bytes',
      ),
    );
  });

  it('one package: lately, its rank, its days', async () => {
    const [top] = (await json('/api/packages?limit=1')).data;
    const name = String(top?.package);
    const { meta, data } = await json(`/api/packages/${encodeURIComponent(name)}`);
    const [expected] = await raw<object>(
      { meta },
      `countIf(download AND ts >= '${dateOf(daysAgo(1))}' AND ts < '${dateOf(daysAgo(0))}') AS day,
       countIf(download AND ts >= '${dateOf(daysAgo(6))}') AS week,
       countIf(download) AS month`,
      `pname = '${name}'`,
    );
    expect(data).toMatchObject({ package: name, ...expected });
    const ranks = await raw<{ pname: string; n: number }>(
      { meta },
      'pname, countIf(download) AS n',
      "pname != ''",
      'GROUP BY pname HAVING n > 0',
    );
    const mine = ranks.find(({ pname }) => pname === name)?.n ?? 0;
    expect(data).toMatchObject({ rank: ranks.filter(({ n }) => n > mine).length + 1, packages: ranks.length });

    const from = dateOf(daysAgo(20));
    const daily = await json(`/api/packages/${encodeURIComponent(name)}/daily?from=${from}&to=${dateOf(daysAgo(3))}`);
    const byDay = new Map<unknown, number>();
    for (const { date, downloads } of daily.data) byDay.set(date, (byDay.get(date) ?? 0) + Number(downloads));
    const days = await raw<{ date: string; downloads: number }>(
      daily,
      'toDate(ts) AS date, countIf(download) AS downloads',
      `pname = '${name}'`,
      'GROUP BY date HAVING downloads > 0 ORDER BY date',
    );
    expect([...byDay].filter(([, downloads]) => downloads > 0)).toEqual(
      days.map(({ date, downloads }) => [date, downloads]),
    );
    expect(new Set(daily.data.filter(({ others }) => !others).map(({ version }) => version)).size).toBeLessThanOrEqual(
      5,
    );
  });

  it('nothing of what was seldom downloaded', async () => {
    expect(await ask('/api/packages/seldom')).toMatchObject({ status: 404 });
    expect(await ask('/api/packages/never-heard-of')).toEqual(await ask('/api/packages/seldom'));
    expect((await json('/api/packages/seldom/daily')).data).toEqual([]);
    const yesterday = `from=${dateOf(daysAgo(1))}&to=${dateOf(today)}`;
    expect((await json(`/api/packages/seldom/daily?${yesterday}`)).data).toEqual([]);
    expect(JSON.parse((await ask('/api/badges/seldom/downloads')).body)).toMatchObject({ message: '<10' });
    for (const path of ['/api/packages?q=seldom', '/api/packages.csv?limit=1000&range=1y', '/api/rising'])
      expect((await ask(path)).body).not.toContain('seldom');
  });

  it.each(HOSTILE_NAMES.filter(([, pname]) => pname !== ''))(
    'packages by whatever names they may have: %s',
    async (_name, pname, version) => {
      const encoded = encodeURIComponent(pname);
      const { data } = await json(`/api/packages/${encoded}`);
      expect(data).toMatchObject({ package: pname });
      const daily = await json(`/api/packages/${encoded}/daily`);
      expect(daily.data).toContainEqual(
        expect.objectContaining({ date: dateOf(daysAgo(2)), downloads: expect.any(Number) }),
      );
      expect(daily.data.some((row) => row.version === version && row.others === false)).toBe(true);
      const found = await json(`/api/packages?q=${encoded}&limit=1`);
      expect(found.data).toEqual([expect.objectContaining({ package: pname })]);
      const [names = '', line = ''] = (await ask(`/api/packages.csv?q=${encoded}&limit=1`)).body.split('\r\n');
      expect(names).toBe('package,downloads,bytes');
      expect(line.startsWith(`${/^[=+@-]/.test(pname) ? "'" : ''}${pname},`)).toBe(true);
      expect(JSON.parse((await ask(`/api/badges/${encoded}/downloads`)).body).message).toMatch(/^\d+\/month$/);
    },
  );

  it('CSV with the same rows as JSON', async () => {
    for (const path of ['traffic', 'latency', 'latency/routes', 'clients', 'countries', 'stores', 'sizes']) {
      const { data } = await json(`/api/${path}`);
      const [names = '', ...lines] = (await ask(`/api/${path}.csv`)).body.trimEnd().split('\r\n');
      expect(names).toBe(Object.keys(data[0] ?? {}).join(','));
      expect(lines).toEqual(
        data.map((row) =>
          Object.values(row)
            .map((cell) => cell ?? '')
            .join(','),
        ),
      );
    }
  });

  it('what the mirror itself did', async () => {
    const at = { ts: daysAgo(1).toISOString(), delivery: '', event_id: '1' };
    await insert(
      world.client,
      'copies',
      [1, 2].map((n) => ({ ...at, event_id: n, outcome: 'copied', file_size: 10 * n })),
      'copies',
    );
    await insert(
      world.client,
      'failures',
      [{ ...at, stage: 'copy', code: 'UPSTREAM_FAILED', message: 'secret', dead: true }],
      'failures',
    );
    await insert(
      world.client,
      'channel_updates',
      [
        {
          ...at,
          channel: 'nixos-unstable',
          outcome: 'published',
          release: 'nixos/x',
          revision: 'abc',
          paths: 3,
          new_paths: 2,
          unavailable: 1,
          duration_us: 1_500,
          released_at: 0,
          error: '',
        },
      ],
      'updates',
    );
    expect((await json('/api/copies')).data).toEqual([
      { date: dateOf(daysAgo(1)), outcome: 'copied', copies: 2, bytes: 30 },
    ]);
    const failures = await json('/api/failures');
    expect(failures.data).toMatchObject([{ stage: 'copy', code: 'UPSTREAM_FAILED', failures: 1, dead: 1 }]);
    expect(JSON.stringify(failures)).not.toContain('secret');
    expect((await json('/api/channel-updates')).data).toMatchObject([
      {
        channel: 'nixos-unstable',
        outcome: 'published',
        release: 'nixos/x',
        paths: 3,
        new_paths: 2,
        unavailable: 1,
        duration_ms: 1.5,
      },
    ]);
  });

  it('metrics that are what was counted', async () => {
    const { body } = await ask('/metrics');
    const expected = await world.rows<{ route: string; status: number; cache_result: string; n: string }>(
      'SELECT route, status, cache_result, toString(count()) AS n FROM requests GROUP BY route, status, cache_result',
    );
    expect(expected.length).toBeGreaterThan(5);
    for (const { route, status, cache_result, n } of expected)
      expect(body).toContain(
        `copycat_requests_total{route="${route}",status="${status}",result="${cache_result}"} ${n}\n`,
      );
    const [nars] = await world.rows<{ n: string }>("SELECT toString(count()) AS n FROM requests WHERE route = 'nar'");
    expect(body).toContain(`copycat_request_duration_seconds_count{route="nar"} ${nars?.n}\n`);
    expect(body).toContain(`copycat_request_duration_seconds_bucket{route="nar",le="+Inf"} ${nars?.n}\n`);
    expect(body).toContain('copycat_copies_total{outcome="copied"} 2\n');
    expect(body).toContain('copycat_failures_total{stage="copy",code="UPSTREAM_FAILED"} 1\n');
    expect(body).toContain('copycat_figures_fresh 1\n');
  });

  it('what was last known, for another process while ClickHouse is away', async () => {
    const away = opened('http://127.0.0.1:1');
    for (const path of [
      'summary',
      'traffic',
      'packages',
      'clients',
      'countries',
      'sizes',
      'stores',
      'rising',
      'copies',
      'failures',
    ]) {
      const [before, now] = [await json(`/api/${path}`), await json(`/api/${path}`, away)];
      expect(now).toEqual({ ...before, meta: { ...before.meta, fresh: false } });
    }
    expect(await ask('/api/packages/glibc', away)).toMatchObject({ status: 503 });
    expect((await ask('/metrics', away)).body).toContain('copycat_figures_fresh 0\n');
  });
});
