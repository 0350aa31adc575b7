/** What docs/analytics.md says of users, as far as an engine without users can tell: that it is SQL, and about the tables that there are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../../local/migrate.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import type { TestClickHouse } from '../support/clickhouse.ts';
import { describeWithGivenClickHouse } from '../support/describe-with.ts';
import { startGivenClickHouse } from '../support/given-clickhouse.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

describeWithGivenClickHouse('the users in docs/analytics.md', () => {
  let folder: string;
  let clickHouse: TestClickHouse;
  let statements: readonly string[];
  beforeAll(async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/analytics.md'), 'utf8');
    const [, sql = ''] = /^```sql\n(.*?)^```$/ms.exec(text) ?? [];
    statements = sql
      .replace(/--.*$/gm, '')
      .split(';')
      .map((statement) => statement.trim())
      .filter(Boolean);
    folder = await makeFolder();
    clickHouse = await startGivenClickHouse(folder);
    await migrate(parseClickHouseUrl(clickHouse.url), { environment: inheritedEnvironment() });
  });
  afterAll(async () => {
    await clickHouse?.stop();
    await removeFolder(folder);
  });

  it('are made by statements that ClickHouse understands', async () => {
    expect(statements.length).toBeGreaterThan(20);
    for (const statement of statements) {
      const answer = await clickHouse.client.query({ query: `EXPLAIN AST ${statement}`, format: 'TabSeparated' });
      await expect(answer.text()).resolves.toMatch(/^(CreateUser|Grant)/);
    }
  });

  it('are given tables and columns that there are', async () => {
    const known = new Set(
      (
        await clickHouse.rows<{ name: string }>(
          "SELECT concat(table, '.', name) AS name FROM system.columns WHERE database = currentDatabase()",
        )
      ).map(({ name }) => name),
    );
    const tables = new Set([...known].map((name) => name.replace(/\..*/, '')));
    for (const statement of statements.filter((one) => one.startsWith('GRANT'))) {
      const [, columns, table = ''] =
        /^GRANT (?:INSERT|SELECT)(?:\((.*)\))? ON copycat\.(\w+) TO /.exec(statement) ?? [];
      expect(tables).toContain(table);
      for (const column of columns?.split(', ') ?? []) expect(known).toContain(`${table}.${column}`);
    }
  });

  it('may insert into every table that is not filled by a view, and read every one that is', async () => {
    const found = await clickHouse.rows<{ name: string; filled: boolean }>(
      `SELECT name, name IN (SELECT extract(create_table_query, ' TO \\w+\\.(\\w+)') FROM system.tables
         WHERE database = currentDatabase() AND engine = 'MaterializedView') AS filled
       FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT LIKE '\\_%'`,
    );
    expect(found.filter(({ filled }) => filled).length).toBeGreaterThan(3);
    for (const { name, filled } of found)
      expect(statements).toContain(
        filled
          ? `GRANT SELECT ON copycat.${name} TO copycat_page`
          : `GRANT INSERT ON copycat.${name} TO copycat_ingest`,
      );
  });
});
