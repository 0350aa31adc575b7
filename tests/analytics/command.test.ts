/** npm run analytics, as a person runs it. */
import { fileURLToPath } from 'node:url';
import { dayAfter } from '../../shared/analytics/audit/days.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { startProgram } from '../support/program.ts';
import { type AnalyticsWorld, insert, requestRow, startAnalytics } from './analytics-world.ts';

const program = fileURLToPath(new URL('../../scripts/copycat.ts', import.meta.url));
const today = new Date().toISOString().slice(0, 10);
const DAY = dayAfter(today, -5);

describeWithGivenClickHouse('npm run analytics', () => {
  let world: AnalyticsWorld;
  beforeAll(async () => {
    world = await startAnalytics();
    const rows = Array.from({ length: 20 }, (_, n) => requestRow({ ts: `${DAY} 10:00:${10 + n}`, id: `request ${n}` }));
    await insert(world.client, 'requests', rows, 'once');
    await insert(world.client, 'requests', rows.slice(0, 5), 'some of them again');
  });
  afterAll(() => world.end());

  async function run(...args: readonly string[]) {
    const child = startProgram(process.execPath, [program, 'analytics', ...args], { CLICKHOUSE_URL: world.url });
    const code = await child.end(60_000);
    return { code, out: child.out(), errors: child.errors() };
  }

  it('says by its exit status, in words and as JSON, what is not equal; repairs it; and says so', async () => {
    const wrong = await run('audit', '--from', dayAfter(DAY, -1), '--to', dayAfter(DAY, 1));
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain(`${DAY}  20 requests  not equal\n  requests rows: 25, and should be 20\n`);
    expect(wrong.out).toContain('  clients_daily requests: 25, and should be 20\n');

    const json = await run('audit', '--from', DAY, '--to', DAY, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      equal: false,
      days: [
        {
          day: DAY,
          requests: 20,
          differences: expect.arrayContaining([{ table: 'requests', sum: 'rows', right: 20, found: 25 }]),
        },
      ],
    });

    expect((await run('repair', DAY, '--dry-run')).code).toBe(1);
    const repaired = await run('repair', DAY);
    expect([repaired.code, repaired.errors]).toEqual([0, '']);
    expect(repaired.out).toContain('requests: 5 rows were there more than once\n');
    expect(repaired.out).toContain(`${DAY} is exact now\n`);

    const right = await run('audit');
    expect([right.code, right.errors]).toEqual([0, '']);
    expect(right.out).toContain('20 requests of 90 days: each counted once, in every table\n');
  });

  it.each([
    [['audit', '--from', '2026-02-30']],
    [['audit', '--from', DAY, '--to', dayAfter(DAY, -1)]],
    [['audit', 'everything']],
    [['repair']],
    [['mend']],
    [[]],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, errors, out } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(errors).not.toBe('');
  });

  it('says that a day is too young, and that ClickHouse does not answer, without its password', async () => {
    expect(await run('repair', today)).toMatchObject({ code: 1, errors: expect.stringContaining('--force') });
    const child = startProgram(process.execPath, [program, 'analytics', 'audit'], {
      CLICKHOUSE_URL: 'http://user:secret@127.0.0.1:1',
    });
    expect(await child.end(60_000)).toBe(1);
    expect(child.errors()).toContain('ECONNREFUSED');
    expect(child.errors() + child.out()).not.toContain('secret');
  });
});
