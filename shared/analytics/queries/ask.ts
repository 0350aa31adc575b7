/**
 * One question to ClickHouse. Whatever varies is bound as a parameter, and never part of the SQL; what comes back is read by a schema.
 * It is bounded in time and rows, and can't change anything: `readonly 2` forbids all writing and lets these settings be set.
 */
import type { ResultSet } from '@clickhouse/client';
import * as v from 'valibot';
import { Malformed } from '../../errors.ts';
import { analyticsFailed } from '../analytics-failed.ts';
import type { ClickHouseClient } from '../client.ts';

export type Asked = Pick<ClickHouseClient, 'query'>;

export interface Question<T> {
  readonly sql: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly row: v.GenericSchema<unknown, T>;
  /** More is an error, not a part of the answer. */
  readonly mostRows?: number;
  /** Default 2: no page waits longer, and the embedded engine works on for those who have left. */
  readonly mostSeconds?: number;
}

const MOST_SECONDS = 2;
const MOST_ROWS = 10_000;
/** Of the rows' text, whoever it is that answers: the longest lists have some hundred kilobytes. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * @throws {AnalyticsFailed} when there is no answer, or not in time.
 * @throws {Malformed} when a row is not what the schema says.
 */
export async function ask<T>(question: Question<T>, client: Asked, signal: AbortSignal): Promise<readonly T[]> {
  const { sql, params = {}, row, mostRows = MOST_ROWS, mostSeconds = MOST_SECONDS } = question;
  const rows = await client
    .query({
      query: sql,
      query_params: params,
      format: 'JSONEachRow',
      abort_signal: signal,
      clickhouse_settings: {
        readonly: '2',
        max_execution_time: mostSeconds,
        max_result_rows: String(mostRows),
        result_overflow_mode: 'throw',
        cancel_http_readonly_queries_on_client_close: 1,
        output_format_json_quote_64bit_integers: 0,
        date_time_output_format: 'iso',
      },
    })
    .then((answer) => rowsOf(answer, mostRows, signal))
    .catch((error: unknown) => {
      throw error instanceof Malformed ? error : analyticsFailed('ask', tableOf(sql), error);
    });
  const read = v.safeParse(v.array(row), rows, { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new Malformed(`not an answer of ClickHouse: ${issue.message}`, { field: v.getDotPath(issue) ?? '(all)' });
}

type Answered = Pick<ResultSet<'JSONEachRow'>, 'stream' | 'close'>;

/** The client minds its signal only until an answer begins: one that then stands still, or never ends, would be read for ever. */
async function rowsOf(answer: Answered, mostRows: number, signal: AbortSignal): Promise<readonly unknown[]> {
  const leave = (): void => answer.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const rows: unknown[] = [];
    let bytes = 0;
    for await (const some of answer.stream<unknown>())
      for (const row of some) {
        bytes += row.text.length;
        if (rows.length >= mostRows || bytes > MOST_BYTES)
          throw new Malformed('not an answer of ClickHouse: it is too long', { field: '(all)' });
        rows.push(row.json());
      }
    signal.throwIfAborted(); // what was left is not all
    return rows;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

const tableOf = (sql: string): string => /\bFROM (\w+)/.exec(sql)?.[1] ?? 'nothing';

/** The same where there is one row, whatever the tables hold. */
export async function askOne<T>(question: Question<T>, client: Asked, signal: AbortSignal): Promise<T> {
  const [row] = await ask({ ...question, mostRows: 1 }, client, signal);
  if (row === undefined) throw new Malformed('not an answer of ClickHouse: no row', { field: '(all)' });
  return row;
}

/** Sums may be too large to be exact (from 2 ** 53), and never negative. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `2026-11-22` */
export const day = v.pipe(v.string(), v.isoDate(), v.check(isInCalendar));
/** `2026-11-22T11:00:00Z` */
export const moment = v.pipe(v.string(), v.isoTimestamp(), v.check(isInCalendar));

/** Whatever else looks like one would be no date where it is shown. */
function isInCalendar(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
