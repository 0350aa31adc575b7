/**
 * How long pages take on a database of many rows: a month of requests is made up, the engine multiplies it, and serve answers each page
 * to its first reader, who waits for ClickHouse, and to the next ones, who don't.
 */
import { openClickHouse } from '../../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../../shared/config/clickhouse-url.ts';
import { openPagesWorld, type PagesWorld } from '../../browser/pages-world.ts';
import type { Progress } from '../progress.ts';

export interface PageTime {
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  /** Of a serve that was never asked before. */
  readonly firstMs: number;
  /** Median of those after it. */
  readonly againMs: number;
  /** Sections that had no answer in their time. */
  readonly missing: number;
}

export interface PagesReport {
  readonly rows: number;
  readonly seconds: number;
  readonly pages: readonly PageTime[];
}

/** Made one by one; the engine does the rest. */
const MADE = 500_000;
const AGAIN = 5;
const REQUEST_MS = 10 * 60_000;
/** A statement has its memory, and what it sorts takes some. */
const DAYS_AT_ONCE = 10;

/** @param rows is rounded up to a multiple of half a million, where it is more. */
export async function benchPages(rows: number, progress: Progress, signal: AbortSignal): Promise<PagesReport> {
  const world = await openPagesWorld();
  try {
    const began = performance.now();
    const made = Math.min(rows, MADE);
    const times = Math.ceil(rows / made);
    progress.begin('requests, by the half million', times);
    await world.aMonth(made);
    if (times > 1) await multiply(times, world, progress, signal);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    await checkSums(made * times, world);

    const paths = await pathsOf(world);
    progress.begin('pages', paths.length);
    const pages: PageTime[] = [];
    for (const path of paths) {
      signal.throwIfAborted();
      pages.push(await timePage(path, world));
      progress.at(pages.length);
    }
    return { rows: made * times, seconds, pages };
  } finally {
    progress.end();
    await world.end();
  }
}

async function multiply(
  times: number,
  { analytics }: PagesWorld,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const client = openClickHouse(parseClickHouseUrl(analytics.url), { requestTimeoutMs: REQUEST_MS });
  const run = (query: string) => client.command({ query, abort_signal: signal });
  try {
    await run('CREATE TABLE made ENGINE = MergeTree ORDER BY ts AS SELECT * FROM requests');
    const days = await analytics.rows<{ day: string }>(
      'SELECT DISTINCT toString(toDate(ts)) AS day FROM made ORDER BY day',
    );
    for (let time = 1; time < times; time += 1) {
      for (let at = 0; at < days.length; at += DAYS_AT_ONCE) {
        const some = days.slice(at, at + DAYS_AT_ONCE).map(({ day }) => `'${day}'`);
        await run(`INSERT INTO requests SELECT * REPLACE (cityHash64(event_id, ${time}) AS event_id)
          FROM made WHERE toDate(ts) IN (${some.join(', ')})`);
      }
      progress.at(time + 1);
    }
    await run('DROP TABLE made');
  } finally {
    await client.close();
  }
}

/** The engine could have taken for the same what only looks alike. */
async function checkSums(expected: number, { analytics }: PagesWorld): Promise<void> {
  const [sums] = await analytics.rows<{ rows: string; hourly: string }>(
    'SELECT (SELECT count() FROM requests) AS rows, (SELECT sum(requests) FROM requests_hourly) AS hourly',
  );
  if (Number(sums?.rows) !== expected || Number(sums?.hourly) !== expected)
    throw new Error(`of ${expected} rows there are ${sums?.rows}, and ${sums?.hourly} were counted`);
}

async function pathsOf({ analytics }: PagesWorld): Promise<readonly string[]> {
  const [first] = await analytics.rows<{ pname: string }>(
    'SELECT pname FROM packages_daily GROUP BY pname ORDER BY sum(downloads) DESC LIMIT 1',
  );
  const { pname = '' } = first ?? {};
  const one = `/packages/${encodeURIComponent(pname)}`;
  return [
    ...['/', '/analytics?range=24h', '/analytics?range=7d', '/analytics', '/analytics?range=1y'],
    ...['/packages', '/packages?range=1y', '/packages?q=lib', one, `${one}?range=1y`, '/api/traffic', '/channels'],
  ];
}

async function timePage(path: string, world: PagesWorld): Promise<PageTime> {
  const server = await world.serve();
  const ask = async () => {
    const began = performance.now();
    const answer = await fetch(`${server.url}${path}`);
    const text = await answer.text();
    return { ms: performance.now() - began, status: answer.status, text };
  };
  try {
    await fetch(`${server.url}/nix-cache-info`).then((answer) => answer.text()); // what is loaded lazily still has to be
    const first = await ask();
    const again: number[] = [];
    for (let time = 0; time < AGAIN; time += 1) again.push((await ask()).ms);
    return {
      path,
      status: first.status,
      bytes: Buffer.byteLength(first.text),
      firstMs: Math.round(first.ms),
      againMs: Math.round((again.sort((a, b) => a - b)[AGAIN >> 1] ?? 0) * 10) / 10,
      missing: first.text.split('Not available now.').length - 1,
    };
  } finally {
    await server.close();
  }
}
