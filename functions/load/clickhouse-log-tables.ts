/** The tables of the log stream in ClickHouse. What decides about exactly once is said with each insert (shared/analytics/client.ts). */
import { analyticsFailed } from '../../shared/analytics/analytics-failed.ts';
import { type ClickHouseClient, onceSettings } from '../../shared/analytics/client.ts';
import type { LogTables, Present, Row, Table } from './log-tables.ts';
import { deliveryOf, type Token } from './token.ts';

/** Ids that one query looks for: 200 kB. */
const MOST_IDS = 10_000;

export function clickHouseLogTables(client: ClickHouseClient): LogTables {
  const query = async <T>(
    table: string,
    sql: string,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => {
    try {
      signal.throwIfAborted();
      const answer = await client.query({
        query: sql,
        query_params: params,
        use_multipart_params_auto: true, // many ids are longer than an address may be
        format: 'JSONEachRow',
        abort_signal: signal,
        clickhouse_settings: { log_comment: `load: look into ${table}` },
      });
      return await answer.json<T>();
    } catch (error) {
      throw analyticsFailed('look into', table, error);
    }
  };

  const insert = async (table: string, values: readonly object[], token: Token, signal: AbortSignal): Promise<void> => {
    try {
      signal.throwIfAborted(); // the client looks at it only later
      await client.insert({
        table,
        values,
        format: 'JSONEachRow',
        abort_signal: signal,
        clickhouse_settings: {
          ...onceSettings(token),
          input_format_skip_unknown_fields: 0, // a table that lacks a column has not been migrated yet: it can wait
          log_comment: `load: ${deliveryOf(token)} into ${table}`,
        },
      });
    } catch (error) {
      throw analyticsFailed('insert into', table, error);
    }
  };

  return {
    async begunAt(token, signal) {
      const sql = `SELECT toUnixTimestamp64Milli(begun) AS ms FROM deliveries WHERE token = {token:String} ORDER BY begun LIMIT 1`;
      const [row] = await query<{ ms: string | number }>('deliveries', sql, { token }, signal);
      return row && new Date(Number(row.ms));
    },
    async begin({ token, begun, source, newest, rows, noise, unreadable }, signal) {
      const times = { begun: dateTime(begun.getTime()), newest: dateTime(newest.getTime()) };
      await insert('deliveries', [{ token, source, rows, noise, unreadable, ...times }], token, signal);
    },
    async present(table, rows, signal) {
      const found: Present[] = [];
      for (let at = 0; at < rows.length; at += MOST_IDS) {
        const some = rows.slice(at, at + MOST_IDS);
        found.push(...(await query<Present>(table, presentSql(table), paramsOf(some), signal)));
      }
      return found;
    },
    async insert(table, rows, token, signal) {
      const delivery = deliveryOf(token);
      const values = rows.map(({ at, eventId, columns }) => ({
        ts: dateTime(at),
        event_id: eventId,
        delivery,
        ...columns,
      }));
      await insert(table, values, token, signal);
    },
  };
}

/** By days, which are partitions of `requests`, and by the span of time, which is in each part's index. */
export const presentSql = (table: Table): string =>
  `SELECT toString(event_id) AS eventId, delivery FROM ${table}
   WHERE toYYYYMMDD(ts) IN {days:Array(UInt32)} AND ts BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')}
     AND event_id IN {ids:Array(UInt64)}`;

export function paramsOf(rows: readonly Row[]): Readonly<Record<string, unknown>> {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at } of rows) [from, to] = [Math.min(from, at), Math.max(to, at)];
  return {
    days: [...new Set(rows.map(({ at }) => Number(new Date(at).toISOString().slice(0, 10).replaceAll('-', ''))))],
    from: dateTime(from),
    to: dateTime(to),
    ids: rows.map(({ eventId }) => BigInt(eventId)),
  };
}

/** `2026-11-22 11:33:07.123`, in UTC. */
const dateTime = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 23);
