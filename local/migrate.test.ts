import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClickHouse } from '../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { startTestClickHouse, type TestClickHouse } from '../tests/support/clickhouse.ts';
import { describeWithClickHouse } from '../tests/support/describe-with.ts';
import { migrate, migrationEnvironment, SCHEMA } from './migrate.ts';
import { pendingMigrations } from './pending-migrations.ts';

const environment = inheritedEnvironment();

describeWithClickHouse('migrate', () => {
  let folder: string;
  let clickHouse: TestClickHouse;
  let files: readonly string[];
  const place = (database = 'copycat') => ({ ...parseClickHouseUrl(clickHouse.url), database });
  const tables = async (database: string): Promise<readonly string[]> =>
    (
      await clickHouse.rows<{ name: string }>(
        'SELECT name FROM system.tables WHERE database = {database:String} ORDER BY name',
        { database },
      )
    ).map(({ name }) => name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrate-'));
    clickHouse = await startTestClickHouse(join(folder, 'engine'));
    files = (await readdir(SCHEMA)).sort();
  });
  afterAll(async () => {
    await clickHouse.stop();
    await rm(folder, { recursive: true });
  });

  it('makes all tables, once, and says which files it applied', async () => {
    await expect(pendingMigrations(clickHouse.client)).resolves.toEqual(files);
    await expect(migrate(place(), { environment })).resolves.toEqual(files);
    await expect(pendingMigrations(clickHouse.client)).resolves.toEqual([]);
    const made = await tables('copycat');
    expect(made).toEqual(expect.arrayContaining(['requests', 'requests_hourly', 'requests_hourly_mv', 'deliveries']));
    await expect(migrate(place(), { environment })).resolves.toEqual([]);
    await expect(tables('copycat')).resolves.toEqual(made);
  });

  it('changes nothing of what is there when its ledger is gone', async () => {
    const insert = "INSERT INTO requests (ts, route, method, status) VALUES (now64(3), 'nar', 'GET', 200)";
    await clickHouse.client.command({ query: insert });
    await clickHouse.client.command({ query: 'TRUNCATE TABLE _migrations' });
    await expect(migrate(place(), { environment })).resolves.toEqual(files);
    await expect(clickHouse.rows('SELECT sum(requests) AS n FROM requests_hourly')).resolves.toEqual([{ n: 1 }]);
    await expect(clickHouse.rows('SELECT count() AS n FROM requests')).resolves.toEqual([{ n: 1 }]);
  });

  it('may run six times at once in an empty database', async () => {
    await Promise.all(Array.from({ length: 6 }, () => migrate(place('many'), { environment })));
    await expect(tables('many')).resolves.toEqual(await tables('copycat'));
    const client = openClickHouse(place('many'));
    await expect(pendingMigrations(client)).resolves.toEqual([]);
    await client.close();
  }, 60_000);

  it('refuses a file that was edited after it was applied', async () => {
    const schema = join(folder, 'schema');
    await cp(SCHEMA, schema, { recursive: true });
    await migrate(place('edited'), { environment, schema });
    await writeFile(join(schema, String(files[0])), 'CREATE TABLE IF NOT EXISTS other (a UInt8) ENGINE = Memory');
    await expect(migrate(place('edited'), { environment, schema })).rejects.toMatchObject({
      code: 'ANALYTICS_FAILED',
      message: expect.stringContaining(String(files[0])),
    });
    await expect(tables('edited')).resolves.not.toContain('other');
  });

  it('applies nothing where a newer version has been, and says so', async () => {
    const schema = join(folder, 'newer');
    await cp(SCHEMA, schema, { recursive: true });
    const last = String(files.at(-1));
    await rm(join(schema, last));
    await writeFile(join(schema, '9999_newer.sql'), 'CREATE TABLE IF NOT EXISTS newer (a UInt8) ENGINE = Memory;');
    await migrate(place('newer'), { environment, schema });
    const made = await tables('newer');
    await expect(migrate(place('newer'), { environment })).rejects.toMatchObject({
      code: 'ANALYTICS_FAILED',
      message: expect.stringContaining('9999_newer.sql'),
    });
    await expect(tables('newer')).resolves.toEqual(made);
    expect(made).not.toContain('deliveries');
  });

  it('says in one line what is in the way, without the password', async () => {
    const down = { ...place(), origin: 'http://127.0.0.1:1' };
    await expect(migrate(down, { environment })).rejects.toMatchObject({
      code: 'ANALYTICS_FAILED',
      verdict: 'retry',
      message: expect.stringMatching(/^could not make the tables: .*ECONNREFUSED/),
    });
    const stranger = { ...place(), password: 'hunter2' };
    const error = await migrate(stranger, { environment }).catch((error: Error) => error);
    expect(String(error)).toMatch(/Authentication failed/);
    expect(String(error)).not.toMatch(/hunter2|\n/);
  });
});

describe('migrationEnvironment', () => {
  const place = parseClickHouseUrl('http://admin:secret@clickhouse:8123/logs');

  it('makes plain tables unless told otherwise', () => {
    const told = migrationEnvironment(place, {});
    expect(told).toMatchObject({ CH_MIGRATIONS_DB: 'logs', CH_MIGRATIONS_PASSWORD: 'secret', REPLICATED: '' });
    expect(Object.keys(told).filter((name) => name.endsWith('_ENGINE'))).toEqual([]);
  });

  it('makes replicated ones, and their database where a cluster is named', () => {
    const replicated = { REPLICATED: 'Replicated', CH_MIGRATIONS_TABLE_ENGINE: 'ReplicatedMergeTree' };
    expect(migrationEnvironment(place, { replicated: true })).toMatchObject(replicated);
    expect(migrationEnvironment(place, { replicated: true })).not.toHaveProperty('CH_MIGRATIONS_DB_ENGINE');
    expect(migrationEnvironment(place, { cluster: 'main' })).toMatchObject({
      ...replicated,
      CH_MIGRATIONS_DB_ENGINE:
        "ON CLUSTER 'main' ENGINE = Replicated('/clickhouse/databases/{database}', '{shard}', '{replica}')",
    });
  });
});
