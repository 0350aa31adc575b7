/**
 * Loads a month of requests into a ClickHouse of its own and measures what that costs: bytes, the rate beside the engine's own bulk
 * insert with the same views, the time of every query of the pages, and of an audit. All of it lies in one directory, which goes.
 */
import { statfs } from 'node:fs/promises';
import { migrate } from '../../../local/migrate.ts';
import { audit } from '../../../shared/analytics/audit/audit.ts';
import { dayAfter, daysFrom } from '../../../shared/analytics/audit/days.ts';
import { DATABASE, openClickHouse } from '../../../shared/analytics/client.ts';
import { DAY, dayOf } from '../../../shared/analytics/queries/range.ts';
import { topPackages } from '../../../shared/analytics/queries/top-packages.ts';
import { parseClickHouseUrl } from '../../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../../shared/config/env.ts';
import { startTestClickHouse, type TestClickHouse } from '../../support/clickhouse.ts';
import { makeFolder, removeFolder } from '../../support/temporary-folder.ts';
import type { Progress } from '../progress.ts';
import { loadingBy, type Way } from './loading.ts';
import { packageNames } from './names.ts';
import { pageQueries } from './page-queries.ts';
import { DAYS, type RequestRow, rowsOfMonth } from './rows.ts';

export interface BenchWanted {
  readonly rows: number;
  readonly batch: number;
  readonly seed: string;
  readonly way: Way;
}

export interface Rate {
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface QueryTime {
  readonly name: string;
  /** That it answered with. */
  readonly rows: number;
  /** Median. */
  readonly ms: number;
  /** Of the same figures straight from the requests. */
  readonly fromRequestsMs?: number;
}

export interface BenchReport extends BenchWanted {
  readonly days: number;
  readonly load: Rate;
  /** The engine copies `requests` into another database with the same views. */
  readonly bulk: Rate;
  readonly tables: readonly TableSize[];
  readonly queries: readonly QueryTime[];
  readonly audit: { readonly ms: number; readonly requests: number; readonly differences: number };
}

/** Both copies, before merges have let go of what they merged. */
const BYTES_A_ROW = 250;
const TIMES = 7;
const BULK = 'bulk';
const REQUEST_MS = 5 * 60_000;
const ROWS_AT_ONCE = 400_000;

/** @throws {RangeError} when there is no room for so many rows. */
export async function benchAnalytics(
  wanted: BenchWanted,
  progress: Progress,
  signal: AbortSignal,
): Promise<BenchReport> {
  const folder = await makeFolder();
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < wanted.rows * BYTES_A_ROW) throw new RangeError('there is not enough room on the disk');
    const clickHouse = await startTestClickHouse(folder);
    try {
      return await measure(wanted, clickHouse, progress, signal);
    } finally {
      await clickHouse.stop();
    }
  } finally {
    progress.end();
    await removeFolder(folder);
  }
}

async function measure(wanted: BenchWanted, clickHouse: TestClickHouse, progress: Progress, signal: AbortSignal) {
  const place = parseClickHouseUrl(clickHouse.url);
  const client = openClickHouse(place, { requestTimeoutMs: REQUEST_MS });
  const to = new Date(Math.floor(Date.now() / DAY) * DAY);
  const from = new Date(to.getTime() - DAYS * DAY);
  try {
    await migrate(place, { environment: inheritedEnvironment(), signal });
    const load = await loadAll(wanted, { from, client }, progress, signal);
    const tables = await tableSizes(clickHouse, progress, signal);
    const queries = await timeQueries({ from, to, clickHouse }, progress, signal);

    progress.begin('audit', DAYS);
    let audited = 0;
    const onDay = (): void => {
      audited += 1;
      progress.at(audited);
    };
    const began = performance.now();
    const deps = { client, now: () => new Date(), onDay };
    const days = daysFrom(dayOf(from), dayAfter(dayOf(to), -1));
    const found = await audit(days, deps, signal);
    const ms = Math.round(performance.now() - began);
    const requests = found.reduce((sum, day) => sum + day.requests, 0);
    const differences = found.reduce((sum, day) => sum + day.differences.length, 0);

    const bulk = await copyInBulk({ rows: wanted.rows, days }, clickHouse, progress, signal);
    return { ...wanted, days: DAYS, load, bulk, tables, queries, audit: { ms, requests, differences } };
  } finally {
    await client.close();
  }
}

interface LoadDeps {
  readonly from: Date;
  readonly client: ReturnType<typeof openClickHouse>;
}

async function loadAll(
  wanted: BenchWanted,
  { from, client }: LoadDeps,
  progress: Progress,
  signal: AbortSignal,
): Promise<Rate> {
  const { rows, batch: size, seed, way } = wanted;
  const loading = loadingBy(way, client);
  progress.begin(way === 'load' ? 'rows through load' : 'rows by insert', rows);
  let [loaded, ms, batch] = [0, 0, [] as RequestRow[]];
  const bring = async (): Promise<void> => {
    const prepared = loading.prepare(batch, loaded);
    const began = performance.now();
    await prepared(signal);
    ms += performance.now() - began;
    loaded += batch.length;
    batch = [];
    progress.at(loaded);
  };
  for (const row of rowsOfMonth({ rows, seed, from, names: await packageNames() })) {
    batch.push(row);
    if (batch.length === size) await bring();
  }
  if (batch.length > 0) await bring();
  return rateOf(rows, ms);
}

async function tableSizes({ client, rows }: TestClickHouse, progress: Progress, signal: AbortSignal) {
  const tables = await rows<{ table: string }>(
    'SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active ORDER BY table',
  );
  progress.begin('merging', tables.length);
  for (const [at, { table }] of tables.entries()) {
    signal.throwIfAborted();
    await optimize(table);
    progress.at(at + 1);
  }
  const sizes = await rows<{ table: string; rows: string; bytes: string }>(
    `SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
     WHERE database = currentDatabase() AND active GROUP BY table ORDER BY bytes DESC`,
  );
  return sizes.map(({ table, rows: all, bytes }) => ({ table, rows: Number(all), bytes: Number(bytes) }));

  /** By the partition: the whole table at once takes longer than a client waits. */
  async function optimize(table: string): Promise<void> {
    const partitions = await rows<{ id: string }>(
      'SELECT DISTINCT partition_id AS id FROM system.parts WHERE database = currentDatabase() AND active AND table = {table:String}',
      { table },
    );
    for (const { id } of partitions)
      await client.command({
        query: `OPTIMIZE TABLE ${table} PARTITION ID '${id}' FINAL`,
        clickhouse_settings: { optimize_skip_merged_partitions: 1 },
      });
  }
}

interface QueryDeps {
  readonly from: Date;
  readonly to: Date;
  readonly clickHouse: TestClickHouse;
}

async function timeQueries({ from, to, clickHouse }: QueryDeps, progress: Progress, signal: AbortSignal) {
  const { client, rows } = clickHouse;
  const [package_] = await topPackages({ range: { from, to }, limit: 1, threshold: 0 }, client, signal);
  const all = pageQueries({ from, to, pname: package_?.pname ?? '' }, client);
  progress.begin(`queries, ${TIMES} times each`, all.length);
  const times: QueryTime[] = [];
  for (const [at, { name, ask, fromRequests }] of all.entries()) {
    const answer = await ask(signal);
    const ms = await median(() => ask(signal));
    const plain = fromRequests === undefined ? undefined : await median(() => rows(fromRequests));
    const answered = Array.isArray(answer) ? answer.length : answer === undefined ? 0 : 1;
    times.push({ name, rows: answered, ms, ...(plain === undefined ? {} : { fromRequestsMs: plain }) });
    progress.at(at + 1);
  }
  return times;
}

/** Milliseconds, to a tenth. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.round((times.sort((a, b) => a - b)[TIMES >> 1] ?? 0) * 10) / 10;
}

/** Some days at a time, for a statement has its memory, and what it sorts takes some. */
async function copyInBulk(
  { rows, days }: { readonly rows: number; readonly days: readonly string[] },
  { url }: TestClickHouse,
  progress: Progress,
  signal: AbortSignal,
): Promise<Rate> {
  const place = { ...parseClickHouseUrl(url), database: BULK };
  await migrate(place, { environment: inheritedEnvironment(), signal });
  const other = openClickHouse(place, { requestTimeoutMs: REQUEST_MS });
  progress.begin('the same in bulk', days.length);
  try {
    const began = performance.now();
    const some = Math.max(1, Math.floor((days.length * ROWS_AT_ONCE) / rows));
    for (let at = 0; at < days.length; at += some) {
      await other.command({
        query: `INSERT INTO requests SELECT * FROM ${DATABASE}.requests WHERE toDate(ts) IN {days:Array(Date)}`,
        query_params: { days: days.slice(at, at + some) },
        abort_signal: signal,
        clickhouse_settings: { insert_deduplicate: 0 },
      });
      progress.at(Math.min(at + some, days.length));
    }
    return rateOf(rows, performance.now() - began);
  } finally {
    await other.close();
  }
}

const rateOf = (rows: number, ms: number): Rate => ({
  seconds: Math.round(ms / 100) / 10,
  rowsPerSecond: Math.round((rows * 1_000) / ms),
});
