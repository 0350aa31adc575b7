/** A statement that changes a table. */
import type { ClickHouseSettings } from '@clickhouse/client';
import { analyticsFailed } from '../analytics-failed.ts';
import type { ClickHouseClient } from '../client.ts';
import type { Asked } from '../queries/ask.ts';

export type Changed = Asked & Pick<ClickHouseClient, 'command'>;

export interface Change {
  readonly table: string;
  readonly sql: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly settings: ClickHouseSettings;
}

/** It may have been done although it fails: an answer can get lost. @throws {AnalyticsFailed} */
export async function change({ table, sql, params = {}, settings }: Change, client: Changed, signal: AbortSignal) {
  try {
    await client.command({ query: sql, query_params: params, abort_signal: signal, clickhouse_settings: settings });
  } catch (error) {
    throw analyticsFailed('change', table, error);
  }
}
