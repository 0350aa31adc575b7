import { setTimeout as wait } from 'node:timers/promises';
import { audit } from '../../shared/analytics/audit/audit.ts';
import type { Changed } from '../../shared/analytics/audit/change.ts';
import { dayAfter, daysFrom } from '../../shared/analytics/audit/days.ts';
import { type Repair, repair } from '../../shared/analytics/audit/repair.ts';
import { AGGREGATES } from '../../shared/analytics/audit/tables.ts';
import { packageNames } from '../bench/analytics/names.ts';
import { type RequestRow, rowsOfMonth } from '../bench/analytics/rows.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { type AnalyticsWorld, eventId, insert, startAnalytics } from './analytics-world.ts';

const { signal } = new AbortController();
const today = new Date().toISOString().slice(0, 10);
/** All days are of one month in most months, and always of one year or two. */
const DAY = dayAfter(today, -10);
const FIRST = dayAfter(today, -31);
const DAYS = daysFrom(FIRST, dayAfter(today, -2));

describeWithGivenClickHouse('audit and repair', () => {
  let world: AnalyticsWorld;
  let rows: readonly RequestRow[];
  beforeAll(async () => {
    world = await startAnalytics();
    rows = [...rowsOfMonth({ rows: 12_000, seed: 'repair', from: new Date(FIRST), names: await packageNames() })];
  });
  afterAll(() => world.end());

  const ofDay = (day: string): RequestRow[] => rows.filter(({ ts }) => ts.startsWith(day));
  const load = async (): Promise<void> => {
    await world.empty();
    for (let at = 0; at < rows.length; at += 5_000)
      await insert(world.client, 'requests', rows.slice(at, at + 5_000), `batch ${at}`);
  };
  const deps = (client: Changed = world.client) => ({ client, now: () => new Date(), againMs: 50 });
  const auditOf = async (day: string) => (await audit([day], deps(), signal))[0];
  const repairDay = (client?: Changed): Promise<Repair> =>
    repair({ day: DAY, force: false, dryRun: false }, deps(client), signal);

  /** Every sum of every aggregate, by key, without those of one day; and of raw requests. */
  async function sumsOf(where: string): Promise<Readonly<Record<string, unknown>>> {
    const found: Record<string, unknown> = {};
    for (const { table, keys, day, sums, maps } of AGGREGATES) {
      const columns = [
        ...Object.keys(sums).map((sum) => `sum(t.${sum})`),
        ...Object.keys(maps).map((map) => `mapSort(mapFilter((k, v) -> v != 0, sumMap(t.${map})))`),
      ];
      [found[table]] = await world.rows(
        `SELECT count() AS keys, sum(cityHash64(*)) AS hash FROM (
          SELECT ${keys.join(', ')}, ${columns.join(', ')} FROM ${table} AS t
          WHERE ${day} ${where} GROUP BY ${keys.join(', ')})`,
      );
    }
    [found.requests] = await world.rows(
      `SELECT count() AS keys, sum(cityHash64(*)) AS hash FROM requests WHERE toDate(ts) ${where}`,
    );
    return found;
  }

  const countTwice = async (token: string): Promise<void> => {
    await insert(world.client, 'requests', ofDay(DAY), token);
  };

  it('finds nothing wrong with what was loaded once, day by day', async () => {
    await load();
    const audited = await audit(DAYS, deps(), signal);
    expect(audited.flatMap(({ differences }) => differences)).toEqual([]);
    expect(audited.map(({ requests }) => requests).reduce((sum, requests) => sum + requests)).toBe(rows.length);
    expect(audited.every(({ checkable, requests }) => checkable && requests > 0)).toBe(true);
  });

  it('finds a double count in every table, makes that day exact, and leaves the others as they were', async () => {
    await load();
    const [before, mine] = [await sumsOf(`!= '${DAY}'`), await sumsOf(`= '${DAY}'`)];
    await countTwice('another token');

    const wrong = await auditOf(DAY);
    expect([...new Set(wrong?.differences.map(({ table }) => table))].sort()).toEqual(
      ['requests', ...AGGREGATES.map(({ table }) => table)].sort(),
    );
    for (const { right, found } of wrong?.differences ?? []) expect(found).toBe(2 * right);

    const { surplus, audited, corrected } = await repairDay();
    expect(surplus).toEqual({ requests: ofDay(DAY).length });
    expect(Object.keys(corrected).sort()).toEqual(AGGREGATES.map(({ table }) => table).sort());
    expect(audited.differences).toEqual([]);
    expect(await sumsOf(`!= '${DAY}'`)).toEqual(before);
    expect(await sumsOf(`= '${DAY}'`)).toEqual(mine);
  });

  it('leaves plain figures in the tables, and no table of its own', async () => {
    for (const { table, sums } of AGGREGATES)
      for (const sum of Object.keys(sums)) {
        const [largest] = await world.rows<{ n: string }>(`SELECT toString(max(${sum})) AS n FROM ${table}`);
        expect(BigInt(largest?.n ?? 0)).toBeLessThan(2n ** 62n);
      }
    expect(
      await world.rows("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%repair%'"),
    ).toEqual([]);
  });

  it('changes nothing the second time, and what was loaded is still known by its token', async () => {
    const [all, sum] = [await sumsOf('IS NOT NULL'), await repairDay()];
    expect([sum.surplus, sum.corrected]).toEqual([{}, {}]);
    for (let at = 0; at < rows.length; at += 5_000)
      await insert(world.client, 'requests', rows.slice(at, at + 5_000), `batch ${at}`);
    await countTwice('another token');
    expect(await sumsOf('IS NOT NULL')).toEqual(all);
  });

  it('brings what views have missed, and takes away what no request stands behind', async () => {
    await load();
    const mine = await sumsOf(`= '${DAY}'`);
    await world.client.command({
      query: `ALTER TABLE packages_daily DELETE WHERE date = '${DAY}' AND cityHash64(pname) % 2 = 0`,
      clickhouse_settings: { mutations_sync: '2' },
    });
    await world.client.command({ query: `INSERT INTO sizes_daily VALUES ('${DAY}', 99, 5, 5)` });
    await world.client.command({
      query: `INSERT INTO requests_hourly SELECT * FROM requests_hourly WHERE toDate(hour) = '${DAY}' LIMIT 3`,
    });
    expect((await auditOf(DAY))?.differences.map(({ table, sum }) => `${table} ${sum}`).sort()).toEqual(
      expect.arrayContaining(['packages_daily downloads', 'sizes_daily body_bytes', 'requests_hourly duration']),
    );
    expect((await repairDay()).audited.differences).toEqual([]);
    expect(await sumsOf(`= '${DAY}'`)).toEqual(mine);
    expect(await world.rows('SELECT * FROM sizes_daily WHERE log2_size = 99')).toEqual([]);
  });

  it('takes surplus events out of the other tables, too', async () => {
    const probe = (n: number) => ({
      ts: `${DAY} 10:00:0${n}`,
      event_id: eventId(`probe ${n}`),
      target: 'bucket',
      ok: true,
    });
    await insert(world.client, 'probes', [probe(1), probe(2)], 'probes');
    await insert(world.client, 'probes', [probe(2), probe(3)], 'probes, cut elsewhere');
    expect((await auditOf(DAY))?.differences).toEqual([{ table: 'probes', sum: 'rows', right: 3, found: 4 }]);
    expect((await repairDay()).surplus).toEqual({ probes: 1 });
    expect((await auditOf(DAY))?.differences).toEqual([]);
  });

  it('only says what is wrong in a dry run', async () => {
    await load();
    await countTwice('twice, dry');
    const all = await sumsOf('IS NOT NULL');
    const { surplus, audited } = await repair({ day: DAY, force: false, dryRun: true }, deps(), signal);
    expect(surplus).toEqual({ requests: ofDay(DAY).length });
    expect(audited.differences.length).toBeGreaterThan(5);
    expect(await sumsOf('IS NOT NULL')).toEqual(all);
  });

  it('refuses days that loads may still bring, that are gone, and that are to come', async () => {
    for (const days of [0, -1, 1, -90, -400])
      await expect(
        repair({ day: dayAfter(today, days), force: false, dryRun: false }, deps(), signal),
      ).rejects.toMatchObject({ code: 'REPAIR_REFUSED' });
    await expect(
      repair({ day: dayAfter(today, -91), force: true, dryRun: false }, deps(), signal),
    ).rejects.toMatchObject({ code: 'REPAIR_REFUSED' });
    const forced = await repair({ day: dayAfter(today, -1), force: true, dryRun: false }, deps(), signal);
    expect(forced.audited.differences).toEqual([]);
  });

  describe('cut at any statement', () => {
    /** Does so many statements that change something; the last one is done, and yet fails for who asked. */
    function cutAfter(statements: number): { readonly client: Changed; readonly wasCut: () => boolean } {
      let seen = 0;
      const client: Changed = {
        query: (asked) => world.client.query(asked) as never,
        async command(asked) {
          const result = await world.client.command(asked);
          seen += 1;
          if (seen === statements) throw new Error('cut');
          return result;
        },
      };
      return { client, wasCut: () => seen === statements };
    }

    it('leaves each table with its old or its right sums, and the next run finishes', async () => {
      await load();
      const [others, mine] = [await sumsOf(`!= '${DAY}'`), await sumsOf(`= '${DAY}'`)];
      let cut = 0;
      for (let statements = 1; cut === statements - 1; statements += 1) {
        await countTwice(`twice, ${statements}`);
        const wrong = await sumsOf(`= '${DAY}'`);
        const { client, wasCut } = cutAfter(statements);
        const run = repairDay(client);
        if (await run.then(wasCut, wasCut)) {
          await expect(run).rejects.toMatchObject({ code: 'ANALYTICS_FAILED' });
          cut += 1;
        }
        const left = await sumsOf(`= '${DAY}'`);
        for (const { table } of AGGREGATES) expect([wrong[table], mine[table]]).toContainEqual(left[table]);
        expect((await repairDay()).audited.differences).toEqual([]);
        expect(await sumsOf(`= '${DAY}'`)).toEqual(mine);
      }
      expect(cut).toBeGreaterThan(2 * AGGREGATES.length); // it was cut at each of them
      expect(await sumsOf(`!= '${DAY}'`)).toEqual(others);
    });

    it('the same when ClickHouse is killed under it', async () => {
      await load();
      const [others, mine] = [await sumsOf(`!= '${DAY}'`), await sumsOf(`= '${DAY}'`)];
      for (const [round, ms] of [100, 250, 400, 800].entries()) {
        await countTwice(`killed, ${round}`);
        const run = repairDay().catch(() => undefined);
        await wait(ms);
        await world.kill();
        await run;
        await until('ClickHouse', () => world.client.ping({ select: true }).then(({ success }) => success), 20_000);
        expect((await repairDay()).audited.differences).toEqual([]);
        expect(await sumsOf(`= '${DAY}'`)).toEqual(mine);
      }
      expect(await sumsOf(`!= '${DAY}'`)).toEqual(others);
    });
  });

  it('keeps one row of each event when two repairs run at once', async () => {
    await load();
    const mine = await sumsOf(`= '${DAY}'`);
    await countTwice('twice, for two');
    await Promise.allSettled([repairDay(), repairDay()]);
    expect((await repairDay()).audited).toMatchObject({ requests: ofDay(DAY).length, differences: [] });
    expect(await sumsOf(`= '${DAY}'`)).toEqual(mine);
  });

  it('loses nothing of what loads bring meanwhile, of other days of the month and of that very day', async () => {
    await load();
    await countTwice('twice, while loads go on');
    const later = rows.map((row) => ({ ...row, event_id: eventId(`later ${row.event_id}`) }));
    const [mine, others] = [true, false].map((is) => later.filter(({ ts }) => ts.startsWith(DAY) === is));
    const batches = Array.from({ length: 24 }, (_, n) =>
      [mine, others].flatMap((some = []) => some.slice((n * some.length) / 24, ((n + 1) * some.length) / 24)),
    );
    let loaded = 0;
    const loads = (async () => {
      for (const [n, batch] of batches.entries()) {
        await insert(world.client, 'requests', batch, `later ${n}`);
        loaded += batch.length;
      }
    })();
    while (loaded < later.length) await repairDay();
    await loads;
    await repairDay();
    const audited = await audit(DAYS, deps(), signal);
    expect(audited.flatMap(({ differences }) => differences)).toEqual([]);
    expect(audited.map(({ requests }) => requests).reduce((sum, requests) => sum + requests)).toBe(2 * rows.length);
  });
});
