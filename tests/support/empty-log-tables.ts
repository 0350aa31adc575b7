/** Empties the tables of the log stream, which forget every token. */
import type { ClickHouseClient } from '../../shared/analytics/client.ts';

export async function emptyLogTables(client: ClickHouseClient): Promise<void> {
  const answer = await client.query({
    query: `SELECT name FROM system.tables
      WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND NOT startsWith(name, '_')`,
    format: 'JSONEachRow',
  });
  for (const { name } of await answer.json<{ name: string }>())
    await client.command({ query: `TRUNCATE TABLE ${name}` });
}
