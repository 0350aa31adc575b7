/** npm run bench, with few rows: it runs to its end and its figures add up. How fast is for people to judge. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from '../bench/analytics/bench.ts';
import type { PagesReport } from '../bench/pages/bench.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { startProgram } from '../support/program.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

const program = fileURLToPath(new URL('../bench/run.ts', import.meta.url));

/** With a temporary directory of its own, in which it leaves nothing. */
async function bench<Report = BenchReport>(what: string, ...args: readonly string[]): Promise<Report> {
  const TMPDIR = await makeFolder();
  const child = startProgram(process.execPath, [program, what, ...args, '--json'], { TMPDIR });
  expect([await child.end(170_000), child.errors().includes('rror')]).toEqual([0, false]);
  expect(await readdir(TMPDIR)).toEqual([]);
  await removeFolder(TMPDIR);
  return JSON.parse(child.out()) as Report;
}

describeWithClickHouse('npm run bench -- analytics', () => {
  it('loads every row once, measures every table, and asks every query', async () => {
    const { rows, tables, queries, audit, load, bulk } = await bench('analytics', '--rows', '200000');
    expect(rows).toBe(200_000);
    expect(audit).toMatchObject({ requests: 200_000, differences: 0 });
    expect(tables.find(({ table }) => table === 'requests')).toMatchObject({ rows: 200_000 });
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['packages_daily', 'requests_hourly']));
    for (const { bytes } of tables) expect(bytes).toBeGreaterThan(0);
    expect(load.rowsPerSecond * bulk.rowsPerSecond).toBeGreaterThan(0);

    const empty = queries.filter(({ rows: answered }) => answered === 0).map(({ name }) => name);
    expect(empty.sort()).toEqual(['channel updates', 'copies', 'failures', 'probes']); // nothing was loaded that they could tell
    expect(queries.length).toBeGreaterThan(20);
  });

  it('does the same through load', async () => {
    const { audit, tables } = await bench('analytics', '--rows', '20000', '--through', 'load', '--batch', '3000');
    expect(audit).toMatchObject({ requests: 20_000, differences: 0 });
    expect(tables.find(({ table }) => table === 'deliveries')).toMatchObject({ rows: 7 });
  });

  it.each([[['--rows', 'many']], [['--rows', '10']], [['--through', 'magic']], [['more']]])(
    'refuses %j',
    async (args) => {
      const child = startProgram(process.execPath, [program, 'analytics', ...args]);
      expect(await child.end(60_000)).toBe(2);
      expect(child.errors()).not.toBe('');
    },
  );
});

describeWithClickHouse('npm run bench -- pages', () => {
  it('answers every page, with each of its sections', async () => {
    const { rows, pages } = await bench<PagesReport>('pages', '--rows', '5000');
    expect(rows).toBe(5_000);
    expect(pages.length).toBeGreaterThan(10);
    for (const { path, status, missing } of pages) expect([path, status, missing]).toEqual([path, 200, 0]);
  });
});
