/** Which files of the schema are still to be applied, by the ledger that clickhouse-migrations keeps beside the tables. */
import { readdir } from 'node:fs/promises';
import { ClickHouseError } from '@clickhouse/client';
import { analyticsFailed } from '../shared/analytics/analytics-failed.ts';
import type { ClickHouseClient } from '../shared/analytics/client.ts';
import { SCHEMA } from './migrate.ts';

const LEDGER = '_migrations';
const NOTHING_YET = /^UNKNOWN_(TABLE|DATABASE)$/;

/** @throws {AnalyticsFailed} */
export async function pendingMigrations(client: ClickHouseClient, schema = SCHEMA): Promise<readonly string[]> {
  const applied = new Set(await appliedVersions(client));
  const files = (await readdir(schema)).filter((file) => file.endsWith('.sql')).sort();
  return files.filter((file) => !applied.has(versionOf(file)));
}

export const versionOf = (file: string): number => Number(/^\d+/.exec(file)?.[0]);

async function appliedVersions(client: ClickHouseClient): Promise<readonly number[]> {
  try {
    const answer = await client.query({ query: `SELECT DISTINCT version FROM ${LEDGER}`, format: 'JSONEachRow' });
    return (await answer.json<{ version: number }>()).map(({ version }) => version);
  } catch (error) {
    if (error instanceof ClickHouseError && NOTHING_YET.test(error.type ?? '')) return [];
    throw analyticsFailed('look into', LEDGER, error);
  }
}
