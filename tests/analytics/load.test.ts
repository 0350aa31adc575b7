/** load on a real engine: its tables, and what becomes of a delivery when a view is cut, the engine is killed, or rows are refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { clickHouseLogTables, paramsOf, presentSql } from '../../functions/load/clickhouse-log-tables.ts';
import { itIsLogTables } from '../../functions/load/contract.ts';
import { load } from '../../functions/load/load.ts';
import type { LogTables, Table } from '../../functions/load/log-tables.ts';
import { rowOf } from '../../functions/load/rows.ts';
import { tokenOf } from '../../functions/load/token.ts';
import { migrate } from '../../local/migrate.ts';
import { isRefusedAsData } from '../../shared/analytics/analytics-failed.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { AnalyticsFailed } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { noMetrics } from '../../shared/metrics.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { contextWith } from '../../shared/testing/lambda.ts';
import { sqsBatch, subscription } from '../../shared/testing/log-delivery.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import type { TestClickHouse } from '../support/clickhouse.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { emptyLogTables } from '../support/empty-log-tables.ts';
import { startGivenClickHouse } from '../support/given-clickhouse.ts';

const MINUTE = 60_000;
const signal = new AbortController().signal;

describeWithGivenClickHouse('load on ClickHouse', () => {
  let folder: string;
  let clickHouse: TestClickHouse;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'copycat-load-'));
    clickHouse = await startGivenClickHouse(folder);
    await migrate(parseClickHouseUrl(clickHouse.url), { environment: inheritedEnvironment() });
  });
  afterAll(async () => {
    await clickHouse?.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => emptyLogTables(clickHouse.client));

  const number = async (query: string): Promise<number> => Number((await clickHouse.rows<{ n: string }>(query))[0]?.n);
  const count = (table: Table): Promise<number> => number(`SELECT count() AS n FROM ${table}`);
  /** How many requests each view has counted; what is loaded here are downloads, all of them. */
  const counted = (): Promise<readonly number[]> =>
    Promise.all([
      number('SELECT sum(requests) AS n FROM requests_hourly'),
      number('SELECT sum(arraySum(mapValues(duration))) AS n FROM requests_hourly'),
      number('SELECT sum(requests) AS n FROM clients_daily'),
      number('SELECT sum(requests) AS n FROM countries_daily'),
      number('SELECT sum(downloads) AS n FROM packages_daily'),
      number('SELECT sum(downloads) AS n FROM sizes_daily'),
    ]);
  const expectOnce = async (events: number): Promise<void> => {
    await expect(count('requests')).resolves.toBe(events);
    await expect(number('SELECT uniqExact(event_id) AS n FROM requests')).resolves.toBe(events);
    for (const sum of await counted()) expect(sum).toBe(events);
  };

  const begun = Date.now();
  /** Over two days, a minute from one to the next. */
  const delivery = (events: readonly number[]) =>
    subscription(
      events.map((event) => {
        const at = new Date(begun - event * MINUTE - (event % 2) * 24 * 60 * MINUTE);
        return {
          id: `${event}`,
          timestamp: at.getTime(),
          message: logLine(RECORDS.request, { id: `record ${event}`, at }),
        };
      }),
    );
  const loadOnce = (payload: unknown, tables = clickHouseLogTables(clickHouse.client)) =>
    load(payload, { tables, metrics: noMetrics, now: () => new Date(), log: silentLog }, signal);

  describe('its tables', () => {
    itIsLogTables(async () => ({ tables: clickHouseLogTables(clickHouse.client), count, counted }));
  });

  it('looks for rows on their days only', async () => {
    const tables = clickHouseLogTables(clickHouse.client);
    const rows = Array.from({ length: 20 }, (_, day) =>
      rowOf({ ...RECORDS.request, v: 1, id: `${day}`, ts: '' }, begun - day * 24 * 60 * MINUTE),
    ).map(({ row }) => row);
    await tables.insert('requests', rows, tokenOf(['days']), signal);
    const [today, , , old] = rows;
    const some = [today, old].filter((row) => row !== undefined);
    const plan = await clickHouse.rows(`EXPLAIN ESTIMATE ${presentSql('requests')}`, paramsOf(some));
    expect(plan).toMatchObject([{ table: 'requests', parts: 2 }]);
    await expect(tables.present('requests', some, signal)).resolves.toHaveLength(2);
  });

  it('counts a delivery once that comes alone, again, from the queue, and in other pieces', async () => {
    await loadOnce(delivery([1, 2, 3]));
    await loadOnce(delivery([1, 2, 3]));
    await loadOnce(sqsBatch({ a: JSON.stringify(delivery([1, 2, 3])), b: JSON.stringify(delivery([3, 4])) }));
    await loadOnce(delivery([1, 4]));
    await loadOnce(delivery([5, 4, 3, 2, 1]));
    await expectOnce(5);
    await expect(number('SELECT count() AS n FROM deliveries')).resolves.toBe(4);
  });

  it('counts once what is loaded several times at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => loadOnce(delivery([1, 2, 3, 4, 5, 6]))));
    await expectOnce(6);
  });

  it('counts once, whatever was asked or answered in vain, and whatever others with the same events came between', async () => {
    const sets = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1 }), { minLength: 1, maxLength: 4 });
    const tries = fc.array(fc.record({ which: fc.nat(3), failsAt: fc.nat(8) }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sets, tries, async (deliveries, attempts) => {
        await emptyLogTables(clickHouse.client);
        for (const { which, failsAt } of attempts) {
          const events = deliveries[which % deliveries.length] ?? [];
          await loadOnce(delivery(events), failing(clickHouseLogTables(clickHouse.client), failsAt)).catch(
            () => undefined,
          );
        }
        for (const events of deliveries) await loadOnce(delivery(events));
        await expectOnce(new Set(deliveries.flat()).size);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('mends views that were cut when the delivery comes again, though others came between', async () => {
    await clickHouse.client.command({
      query: `CREATE MATERIALIZED VIEW broken_mv TO sizes_daily AS SELECT toDate(ts) AS date, toUInt8(throwIf(1)) AS log2_size,
        count() AS downloads, sum(requests.body_bytes) AS body_bytes FROM requests GROUP BY date`,
    });
    try {
      await expect(loadOnce(delivery([1, 2, 3]))).rejects.toThrow(AnalyticsFailed);
      await expect(loadOnce(delivery([1, 2, 3]))).rejects.toThrow(AnalyticsFailed);
      expect(await count('requests')).toBe(3);
      expect(await counted()).toContain(0); // of a view that comes after the broken one
    } finally {
      await clickHouse.client.command({ query: 'DROP VIEW broken_mv' });
    }
    await loadOnce(delivery([3, 4]));
    await loadOnce(delivery([1, 2, 3]));
    await expectOnce(4);
  });

  it('loads each event once though the engine is killed again and again', async () => {
    const sets = Array.from({ length: 30 }, (_, n) => Array.from({ length: 20 }, (_event, k) => n * 15 + k)); // 5 are in two
    for (const [n, events] of sets.entries()) {
      for (let tries = 0; ; tries += 1) {
        const loading = loadOnce(delivery(events));
        if (n % 10 === 4 && tries === 0) await clickHouse.kill();
        const done = await loading.then(
          () => true,
          () => false,
        );
        if (done) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    await expectOnce(new Set(sets.flat()).size);
  }, 120_000);

  it('knows rows that are refused from a ClickHouse that can not', async () => {
    const tables = clickHouseLogTables(clickHouse.client);
    const row = { at: begun, eventId: '1', columns: { target: 'bucket', ok: true, latency_us: 'never' } };
    const refused = tables.insert('probes', [row], tokenOf(['x']), signal);
    await expect(refused).rejects.toThrow(/^could not insert into probes: CANNOT_PARSE_\w+$/);
    await expect(refused.catch(isRefusedAsData)).resolves.toBe(true);
    const older = { ...row, columns: { target: 'bucket', of_tomorrow: 1 } }; // a column that no migration has made yet
    const waits = tables.insert('probes', [older], tokenOf(['y']), signal);
    await expect(waits).rejects.toThrow(AnalyticsFailed);
    await expect(waits.catch(isRefusedAsData)).resolves.toBe(false);
  });

  it('is what the function does', async () => {
    setEnvironment({ CLICKHOUSE_URL: clickHouse.url, LOG_LEVEL: 'error' });
    const { handler } = await import('../../functions/load/handler.ts');
    await expect(handler(delivery([1, 2]), contextWith(30_000))).resolves.toEqual({ outcome: 'loaded' });
    const batch = sqsBatch({ a: JSON.stringify(delivery([2, 3])), b: 'garbage' });
    await expect(handler(batch, contextWith(30_000))).resolves.toEqual({ batchItemFailures: [] });
    await expectOnce(3);
    await expect(count('unreadable')).resolves.toBe(1);
    await expect(count('failures')).resolves.toBe(1);
  });
});

/** The same tables, until the call at which all fails: before it has its effect, or when it has had it and the answer is lost. */
function failing(tables: LogTables, at: number): LogTables {
  let left = at;
  const step = (): void => {
    left -= 1;
    if (left < 0) throw new AnalyticsFailed('cut');
  };
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    step();
    const result = await call();
    step();
    return result;
  };
  return {
    begunAt: (...asked) => around(() => tables.begunAt(...asked)),
    begin: (...asked) => around(() => tables.begin(...asked)),
    present: (...asked) => around(() => tables.present(...asked)),
    insert: (...asked) => around(() => tables.insert(...asked)),
  };
}
