import { channelUpdates } from '../../shared/analytics/queries/channel-updates.ts';
import { clients } from '../../shared/analytics/queries/clients.ts';
import { copies } from '../../shared/analytics/queries/copies.ts';
import { countries } from '../../shared/analytics/queries/countries.ts';
import { failures } from '../../shared/analytics/queries/failures.ts';
import { headline } from '../../shared/analytics/queries/headline.ts';
import { latency, latencyByRoute } from '../../shared/analytics/queries/latency.ts';
import { logDelay } from '../../shared/analytics/queries/log-delay.ts';
import { packageDays } from '../../shared/analytics/queries/package-days.ts';
import { packageRecent } from '../../shared/analytics/queries/package-recent.ts';
import { probes } from '../../shared/analytics/queries/probes.ts';
import { rangeOf } from '../../shared/analytics/queries/range.ts';
import { risingPackages } from '../../shared/analytics/queries/rising-packages.ts';
import { searchPackages } from '../../shared/analytics/queries/search-packages.ts';
import { sizes } from '../../shared/analytics/queries/sizes.ts';
import { stores } from '../../shared/analytics/queries/stores.ts';
import { topPackages } from '../../shared/analytics/queries/top-packages.ts';
import { copyTotals, durationTotals, failureTotals, requestTotals } from '../../shared/analytics/queries/totals.ts';
import { traffic } from '../../shared/analytics/queries/traffic.ts';
import { packageNames } from '../bench/analytics/names.ts';
import { DAYS, rowsOfMonth } from '../bench/analytics/rows.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { type AnalyticsWorld, eventId, insert, requestRow, startAnalytics } from './analytics-world.ts';

const DAY = 86_400_000;
const today = new Date(Math.floor(Date.now() / DAY) * DAY);
const daysAgo = (days: number): Date => new Date(today.getTime() - days * DAY);
const date = (at: Date): string => at.toISOString().slice(0, 10);
const [from, to] = [daysAgo(DAYS), today];
const range = { from, to };
const { signal } = new AbortController();
const CLIENTS_ASK = "route NOT IN ('page', 'api', 'health', 'diagnose', 'other')";

describeWithGivenClickHouse('queries of pages', () => {
  let world: AnalyticsWorld;
  beforeAll(async () => {
    world = await startAnalytics();
  });
  afterAll(() => world.end());

  /** From the rows as they were loaded. */
  const raw = <T>(select: string, where = '1', then = '') =>
    world.rows<T>(
      `SELECT ${select} FROM requests WHERE ts >= '${date(from)}' AND ts < '${date(to)}' AND ${where} ${then}
       SETTINGS output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'`,
    );

  describe('of an empty database', () => {
    it('give zeros and nothing, and no error', async () => {
      const { client } = world;
      const now = new Date();
      expect(await headline(range, client, signal)).toEqual({
        ...{ requests: 0, bodyBytes: 0, lookups: 0, found: 0, p95: null, downloads: 0, stores: 0 },
      });
      expect(await logDelay(now, client, signal)).toEqual({ newest: null, deliveries: 0, rows: 0, unreadable: 0 });
      const wanted = { range, now, limit: 10, threshold: 0, pname: 'hello', text: 'h', step: 'day' } as const;
      expect(await packageRecent(wanted, client, signal)).toBeUndefined();
      for (const rows of [
        await traffic(wanted, client, signal),
        await traffic({ ...wanted, step: 'hour' }, client, signal),
        await latency(wanted, client, signal),
        await latency({ ...wanted, route: 'nar' }, client, signal),
        await latencyByRoute(range, client, signal),
        await topPackages(wanted, client, signal),
        await risingPackages(wanted, client, signal),
        await packageDays(wanted, client, signal),
        await searchPackages(wanted, client, signal),
        await clients(wanted, client, signal),
        await stores(range, client, signal),
        await countries(wanted, client, signal),
        await sizes(range, client, signal),
        await copies(range, client, signal),
        await failures(range, client, signal),
        await channelUpdates(wanted, client, signal),
        await probes(range, client, signal),
        await requestTotals(client, signal),
        await durationTotals(client, signal),
        await copyTotals(client, signal),
        await failureTotals(client, signal),
      ])
        expect(rows).toEqual([]);
    });
  });

  describe('of a month of requests', () => {
    beforeAll(async () => {
      await world.empty();
      const rows = [...rowsOfMonth({ rows: 30_000, seed: 'queries', from, names: await packageNames() })];
      for (let at = 0; at < rows.length; at += 10_000)
        await insert(world.client, 'requests', rows.slice(at, at + 10_000), `month ${at}`);
    });

    it('headline', async () => {
      const [expected] = await raw(
        `count() AS requests, sumIf(body_bytes, cache_result != 'upstream') AS bodyBytes, countIf(route = 'narinfo') AS lookups,
         countIf(route = 'narinfo' AND cache_result NOT IN ('miss', 'error')) AS found, countIf(download) AS downloads,
         countIf(route = 'cache_info' AND method = 'GET' AND ts >= '${date(daysAgo(7))}') AS stores`,
        CLIENTS_ASK,
      );
      const { p95, ...given } = await headline(range, world.client, signal);
      expect(given).toEqual(expected);
      const [exact] = await raw<{ p95: number }>('quantileExact(0.95)(duration_us) AS p95', "route = 'narinfo'");
      expect(near(p95, exact?.p95)).toBe(true);
    });

    it.each(['day', 'hour'] as const)('traffic by the %s', async (step) => {
      const at = step === 'day' ? 'toDate(ts)' : 'toStartOfHour(toDateTime(ts))';
      const expected = await raw(
        `${at} AS at, cache_result AS result, count() AS requests, sum(body_bytes) AS bodyBytes`,
        CLIENTS_ASK,
        'GROUP BY at, result ORDER BY at, result',
      );
      expect(expected.length).toBeGreaterThan(DAYS);
      expect(await traffic({ range, step }, world.client, signal)).toEqual(expected);
    });

    it.each([undefined, 'narinfo', 'nar'] as const)(
      'latency within a bucket of the exact one: route %s',
      async (route) => {
        const expected = await raw<{ at: string; requests: number; exact: [number, number, number] }>(
          'toDate(ts) AS at, count() AS requests, quantilesExactLow(0.5, 0.95, 0.99)(duration_us) AS exact',
          route === undefined ? CLIENTS_ASK : `route = '${route}'`,
          'GROUP BY at ORDER BY at',
        );
        const given = await latency(
          { range, step: 'day', ...(route === undefined ? {} : { route }) },
          world.client,
          signal,
        );
        expect(given.map(({ at, requests }) => ({ at, requests }))).toEqual(
          expected.map(({ at, requests }) => ({ at, requests })),
        );
        for (const [day, { p50 }] of given.entries()) expect(near(p50, expected[day]?.exact[0], 0.1)).toBe(true);
      },
    );

    it('latency by route', async () => {
      const given = await latencyByRoute(range, world.client, signal);
      const expected = await raw<{ route: string; requests: number; p50: number; p95: number }>(
        'route, count() AS requests, quantileExactLow(0.5)(duration_us) AS p50, quantileExactLow(0.95)(duration_us) AS p95',
        CLIENTS_ASK,
        'GROUP BY route ORDER BY requests DESC, route',
      );
      expect(given.map(({ route, requests }) => [route, requests])).toEqual(
        expected.map(({ route, requests }) => [route, requests]),
      );
      expect(near(given[0]?.p50 ?? null, expected[0]?.p50)).toBe(true);
      expect(near(given[0]?.p95 ?? null, expected[0]?.p95)).toBe(true);
    });

    const PACKAGE_SUMS = `countIf(download) AS downloads, sumIf(body_bytes, route = 'nar' AND method = 'GET') AS bodyBytes`;

    it('top packages, and none below the threshold', async () => {
      const expected = await raw(
        `pname, ${PACKAGE_SUMS}`,
        "pname != ''",
        'GROUP BY pname HAVING downloads >= 5 ORDER BY downloads DESC, pname LIMIT 40',
      );
      expect(expected.length).toBe(40);
      expect(await topPackages({ range, limit: 40, threshold: 5 }, world.client, signal)).toEqual(expected);
      const few = await topPackages({ range, limit: 1_000, threshold: 30 }, world.client, signal);
      expect(few.length).toBeGreaterThan(0);
      expect(Math.min(...few.map(({ downloads }) => downloads))).toBeGreaterThanOrEqual(30);
    });

    it('rising packages', async () => {
      const [week, before] = [daysAgo(7), daysAgo(14)].map(date);
      const expected = await raw(
        `pname, countIf(download AND ts >= '${week}') AS downloads, countIf(download AND ts >= '${before}' AND ts < '${week}') AS before`,
        "pname != ''",
        `GROUP BY pname HAVING downloads >= 4 AND downloads > before
         ORDER BY (downloads - before) / sqrt(downloads + before) DESC, pname LIMIT 20`,
      );
      expect(expected.length).toBeGreaterThan(5);
      const now = new Date(today.getTime() + DAY / 2);
      expect(await risingPackages({ now, limit: 20, threshold: 4 }, world.client, signal)).toEqual(expected);
    });

    it('a package by day and version, by yesterday, week and month, and its rank', async () => {
      const [first, second] = await topPackages({ range, limit: 2, threshold: 1 }, world.client, signal);
      const { pname } = second ?? { pname: '' };
      const expected = await raw(
        'toDate(ts) AS date, version, countIf(download) AS downloads, sum(body_bytes) AS bodyBytes',
        `pname = '${pname}' AND route = 'nar' AND method = 'GET'`,
        'GROUP BY date, version ORDER BY date, version',
      );
      expect(expected.length).toBeGreaterThan(10);
      expect(await packageDays({ pname, range, threshold: 1 }, world.client, signal)).toEqual(expected);

      const [counted] = await raw<object>(
        `countIf(ts >= '${date(daysAgo(2))}' AND ts < '${date(daysAgo(1))}') AS day, countIf(ts >= '${date(daysAgo(7))}') AS week, count() AS month`,
        `download AND pname = '${pname}'`,
      );
      const [packages] = await raw<object>('uniqExact(pname) AS packages', 'download');
      const rank = first?.downloads === second?.downloads ? 1 : 2;
      const now = new Date(today.getTime() - DAY / 2);
      expect(await packageRecent({ pname, now, threshold: 1 }, world.client, signal)).toEqual({
        ...counted,
        ...packages,
        rank,
      });
    });

    it('search, by any part of the name', async () => {
      const expected = await raw(
        `pname, ${PACKAGE_SUMS}`,
        "pname ILIKE '%lib%'",
        "GROUP BY pname HAVING downloads >= 1 ORDER BY startsWith(lower(pname), 'lib') DESC, downloads DESC, pname LIMIT 500",
      );
      expect(expected.length).toBeGreaterThan(10);
      expect(await searchPackages({ text: 'LIB', range, limit: 500, threshold: 1 }, world.client, signal)).toEqual(
        expected,
      );
    });

    it('clients, with small versions among the others', async () => {
      const all = await raw<{ client: string; version: string; requests: number }>(
        `client, client_version AS version, count() AS requests,
         countIf(route = 'cache_info' AND method = 'GET') AS checkins, countIf(download) AS downloads`,
        CLIENTS_ASK,
        'GROUP BY client, version ORDER BY requests DESC, client, version',
      );
      expect(await clients({ range, threshold: 0 }, world.client, signal)).toEqual(all);
      const nix = all.filter(({ client }) => client === 'Nix').map(({ requests }) => requests);
      const threshold = Math.min(...nix) * 1.5;
      const folded = await clients({ range, threshold: Math.floor(threshold) }, world.client, signal);
      const others = folded.find(({ client, version }) => client === 'Nix' && version === null);
      const expected = nix
        .filter((requests) => requests < Math.floor(threshold))
        .reduce((sum, requests) => sum + requests, 0);
      expect(others?.requests).toBe(expected);
    });

    it('stores by the whole week', async () => {
      const expected = await raw<{ week: string }>(
        'toMonday(toDate(ts)) AS week, count() AS checkins',
        "route = 'cache_info' AND method = 'GET'",
        `GROUP BY week HAVING week >= '${date(from)}' AND week + 7 <= '${date(to)}' ORDER BY week`,
      );
      expect(expected.length).toBeGreaterThanOrEqual(3);
      expect(await stores(range, world.client, signal)).toEqual(expected);
    });

    it('countries, and none below the threshold', async () => {
      const expected = await raw<{ downloads: number }>(
        "country, count() AS requests, countIf(download) AS downloads, sumIf(body_bytes, method = 'GET') AS bodyBytes",
        CLIENTS_ASK,
        'GROUP BY country HAVING downloads >= 1 ORDER BY downloads DESC, country',
      );
      expect(await countries({ range, threshold: 1 }, world.client, signal)).toEqual(expected);
      const most = expected[0]?.downloads ?? 0;
      expect(await countries({ range, threshold: most }, world.client, signal)).toEqual(
        expected.filter(({ downloads }) => downloads >= most),
      );
    });

    it('sizes', async () => {
      const expected = await raw(
        'toUInt8(ceil(log2(greatest(body_bytes, 1)))) AS log2Size, count() AS downloads, sum(body_bytes) AS bodyBytes',
        'download',
        'GROUP BY log2Size ORDER BY log2Size',
      );
      expect(expected.length).toBeGreaterThan(5);
      expect(await sizes(range, world.client, signal)).toEqual(expected);
    });

    it('totals for counters', async () => {
      expect(await requestTotals(world.client, signal)).toEqual(
        await raw(
          'route, status, cache_result AS result, count() AS requests, sum(body_bytes) AS bodyBytes',
          '1',
          'GROUP BY route, status, result ORDER BY route, status, result',
        ),
      );
      expect(await durationTotals(world.client, signal)).toEqual(
        await raw(
          'route, toUInt16(ceil(log2(greatest(duration_us, 1)))) AS octave, count() AS requests',
          '1',
          'GROUP BY route, octave ORDER BY route, octave',
        ),
      );
    });
  });

  describe('of a few requests', () => {
    const HOSTILE = [
      `it's`,
      `'; DROP TABLE requests; --`,
      '"><script>alert(1)</script>',
      '{pname:String}',
      '\\',
      '%',
      'a\tb',
    ];
    const yesterday = daysAgo(1);

    beforeAll(async () => {
      await world.empty();
      const at = (hours: number, minutes = 0) =>
        new Date(yesterday.getTime() + (hours * 60 + minutes) * 60_000).toISOString();
      const nar = { route: 'nar', status: 302, cache_result: 'redirect', body_bytes: 1_000 };
      await insert(
        world.client,
        'requests',
        [
          ...HOSTILE.map((pname, n) => requestRow({ ts: at(1, n), ...nar, pname, version: pname })),
          requestRow({ ts: at(2), ...nar, partial: true }),
          requestRow({ ts: at(2), ...nar, client: 'browser', client_version: '' }),
          requestRow({ ts: at(2), ...nar, method: 'HEAD', body_bytes: 0 }),
          requestRow({ ts: at(3), ...nar, cache_result: 'upstream' }),
          requestRow({ ts: at(4), route: 'page', cache_result: 'local', pname: '', version: '', client: 'browser' }),
        ],
        'few',
      );
    });

    it('hostile names come back verbatim, and ask for nothing but themselves', async () => {
      const top = await topPackages({ range, limit: 100, threshold: 1 }, world.client, signal);
      expect(top.map(({ pname }) => pname).sort()).toEqual([...HOSTILE, 'hello'].sort());
      for (const pname of HOSTILE) {
        expect(await packageDays({ pname, range, threshold: 1 }, world.client, signal)).toEqual([
          { date: date(yesterday), version: pname, downloads: 1, bodyBytes: 1_000 },
        ]);
        expect(await packageRecent({ pname, now: today, threshold: 1 }, world.client, signal)).toMatchObject({
          month: 1,
        });
        const found = await searchPackages({ text: pname, range, limit: 10, threshold: 1 }, world.client, signal);
        expect(found[0]?.pname).toBe(pname);
      }
      expect(await latency({ range, step: 'day', route: HOSTILE[1] ?? '' }, world.client, signal)).toEqual([]);
    });

    it('a package has its figures from its first day on, and those that the ranking of the same time has', async () => {
      const now = new Date(yesterday.getTime() + DAY / 2);
      const recent = await packageRecent({ pname: 'hello', now, threshold: 1 }, world.client, signal);
      for (const [name, counted] of [
        ['7d', recent?.week],
        ['30d', recent?.month],
      ] as const) {
        const top = await topPackages({ range: rangeOf(name, now), limit: 100, threshold: 1 }, world.client, signal);
        expect(top.find(({ pname }) => pname === 'hello')?.downloads).toBe(counted);
      }
      expect(recent).toEqual({ day: 0, week: 1, month: 1, rank: 1, packages: HOSTILE.length + 1 });
    });

    it('neither a part, nor a browser, nor a HEAD is a download, and what upstream gave is none of our bytes', async () => {
      const { downloads, bodyBytes, requests } = await headline(range, world.client, signal);
      expect(downloads).toBe(HOSTILE.length + 1);
      expect(bodyBytes).toBe((HOSTILE.length + 2) * 1_000);
      expect(requests).toBe(HOSTILE.length + 4);
    });

    it('a package below the threshold tells nothing', async () => {
      const wanted = { pname: `it's`, range, now: today, threshold: 10 };
      expect(await packageDays(wanted, world.client, signal)).toEqual([]);
      expect(await packageRecent(wanted, world.client, signal)).toBeUndefined();
    });
  });

  describe('of the pipeline', () => {
    const at = (days: number, hours = 0) => new Date(daysAgo(days).getTime() + hours * 3_600_000).toISOString();

    it('copies and failures by day, stage and code, and channels newest first', async () => {
      await world.empty();
      const copy = { store_hash: 'a'.repeat(32), name: 'hello', attempt: 1, duration_us: 1 };
      await insert(
        world.client,
        'copies',
        [
          { ...copy, ts: at(2), event_id: eventId('1'), outcome: 'copied', file_size: 100 },
          { ...copy, ts: at(2, 23), event_id: eventId('2'), outcome: 'copied', file_size: 200 },
          { ...copy, ts: at(1), event_id: eventId('3'), outcome: 'failed' },
          { ...copy, ts: at(DAYS + 1), event_id: eventId('4'), outcome: 'copied', file_size: 1 },
        ],
        'copies',
      );
      expect(await copies(range, world.client, signal)).toEqual([
        { date: date(daysAgo(2)), outcome: 'copied', copies: 2, fileBytes: 300 },
        { date: date(daysAgo(1)), outcome: 'failed', copies: 1, fileBytes: 0 },
      ]);
      expect(await copyTotals(world.client, signal)).toEqual([
        { outcome: 'copied', copies: 3 },
        { outcome: 'failed', copies: 1 },
      ]);

      const failure = { stage: 'copy', code: 'UPSTREAM_FAILED', message: 'x', attempt: 1 };
      await insert(
        world.client,
        'failures',
        [
          { ...failure, ts: at(3), event_id: eventId('5') },
          { ...failure, ts: at(2), event_id: eventId('6'), dead: true },
          { ...failure, ts: at(1), event_id: eventId('7'), code: 'MALFORMED' },
        ],
        'failures',
      );
      expect(await failures(range, world.client, signal)).toEqual([
        { stage: 'copy', code: 'UPSTREAM_FAILED', failures: 2, dead: 1, last: at(2) },
        { stage: 'copy', code: 'MALFORMED', failures: 1, dead: 0, last: at(1) },
      ]);
      expect(await failureTotals(world.client, signal)).toEqual([
        { stage: 'copy', code: 'MALFORMED', failures: 1 },
        { stage: 'copy', code: 'UPSTREAM_FAILED', failures: 2 },
      ]);

      const update = { channel: 'nixos-unstable', release: 'nixos/unstable/nixos-26.11pre1', paths: 10, new_paths: 3 };
      await insert(
        world.client,
        'channel_updates',
        [
          { ...update, ts: at(3), event_id: eventId('8'), outcome: 'detected' },
          { ...update, ts: at(2), event_id: eventId('9'), outcome: 'unchanged' },
          { ...update, ts: at(1), event_id: eventId('10'), outcome: 'published', unavailable: 1 },
        ],
        'channel updates',
      );
      expect(
        (await channelUpdates({ range, limit: 5 }, world.client, signal)).map(({ at, outcome, newPaths }) => [
          at,
          outcome,
          newPaths,
        ]),
      ).toEqual([
        [at(1), 'published', 3],
        [at(3), 'detected', 3],
      ]);
    });

    it('probes by the day, with the latency of those that answered', async () => {
      const probe = { target: 'bucket', ok: true, latency_us: 14_000 };
      await insert(
        world.client,
        'probes',
        [
          { ...probe, ts: at(1), event_id: eventId('11') },
          { ...probe, ts: at(1, 1), event_id: eventId('12') },
          { ...probe, ts: at(1, 2), event_id: eventId('13'), ok: false, latency_us: 0, detail: '522' },
          { ...probe, ts: at(2), event_id: eventId('14'), target: 'upstream', ok: false },
        ],
        'probes',
      );
      expect(await probes(range, world.client, signal)).toEqual([
        { date: date(daysAgo(2)), target: 'upstream', probes: 1, ok: 0, p50: null },
        { date: date(daysAgo(1)), target: 'bucket', probes: 3, ok: 2, p50: 14_000 },
      ]);
    });

    it('the newest event that was loaded, of deliveries, or else of requests', async () => {
      const now = new Date();
      const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
      await insert(world.client, 'requests', [requestRow({ ts: minutesAgo(9) })], 'one request');
      expect(await logDelay(now, world.client, signal)).toMatchObject({ newest: minutesAgo(9), deliveries: 0 });
      const delivery = {
        token: 't',
        begun: minutesAgo(4),
        source: 'spool',
        newest: minutesAgo(5),
        rows: 7,
        unreadable: 1,
      };
      await insert(world.client, 'deliveries', [delivery], 'one delivery');
      expect(await logDelay(now, world.client, signal)).toEqual({
        newest: minutesAgo(5),
        deliveries: 1,
        rows: 7,
        unreadable: 1,
      });
    });
  });

  it('can change nothing', async () => {
    const { client } = world;
    await expect(
      client.query({ query: 'TRUNCATE TABLE probes', clickhouse_settings: { readonly: '2' } }),
    ).rejects.toThrow(/readonly/i);
  });
});

/** Within the bucket's half width of 2.2 per cent, or more where there are few values. */
const near = (given: number | null, exact: number | undefined, by = 0.03): boolean =>
  given !== null && exact !== undefined && Math.abs(given / exact - 1) <= by;
