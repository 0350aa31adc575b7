/**
 * ClickHouse by its HTTP interface, embedded or a server: the same client, the same SQL, the same settings. What decides about exactly
 * once is always said, never left to a version's defaults.
 */
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHousePlace } from '../config/clickhouse-url.ts';

export type { ClickHouseClient };

/** Where the tables are, unless `CLICKHOUSE_URL` has a path. */
export const DATABASE = 'copycat';

export interface ClickHouseOptions {
  /** Default 30 s; below a function's own timeout. */
  readonly requestTimeoutMs?: number;
  readonly connections?: number;
  /** Rows are sent packed: for whoever sends many. */
  readonly packed?: boolean;
}

export function openClickHouse(
  { origin, user, password, database = DATABASE }: ClickHousePlace,
  { requestTimeoutMs = 30_000, connections = 4, packed = false }: ClickHouseOptions = {},
): ClickHouseClient {
  return createClient({
    url: origin,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    database,
    application: 'copycat',
    request_timeout: requestTimeoutMs,
    max_open_connections: connections,
    ...(packed ? { compression: { request: { codec: 'zstd', level: 1 } } } : {}),
    // Servers hang up after three seconds (keep_alive_timeout); a frozen function may find its connections long dead.
    keep_alive: { enabled: true, idle_socket_ttl: 2_000, eagerly_destroy_stale_sockets: true },
    log: { level: ClickHouseLogLevel.OFF }, // what fails is thrown, and said by whoever catches it
  });
}

/** The settings of an insert that counts once, in its table and in every table that views fill from it. */
export const onceSettings = (token: string) =>
  ({
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    async_insert: 0,
  }) as const;
