/** The tables of the log stream, made on one server. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClickHouseClient } from '../../shared/analytics/client.ts';

const SCHEMA = path.resolve(import.meta.dirname, '../../shared/analytics/schema');

export async function makeLogTables(client: ClickHouseClient): Promise<void> {
  for (const file of (await readdir(SCHEMA)).sort()) {
    const text = (await readFile(path.join(SCHEMA, file), 'utf8'))
      .replace(/^\s*--.*$/gm, '')
      .replaceAll(/\$\{REPLICATED\}/g, '');
    for (const query of text.split(';').filter((part) => part.trim() !== '')) await client.command({ query });
  }
}

/** Empties them all, and forgets every token. */
export async function emptyLogTables(client: ClickHouseClient): Promise<void> {
  const answer = await client.query({
    query: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    format: 'JSONEachRow',
  });
  for (const { name } of await answer.json<{ name: string }>())
    await client.command({ query: `TRUNCATE TABLE ${name}` });
}
