/**
 * Makes an error of ours of what the client of ClickHouse throws. Its own messages may repeat statements and rows, so that only what
 * kind of error it was is taken.
 */
import { ClickHouseError } from '@clickhouse/client';
import { AnalyticsFailed, type Facts } from '../errors.ts';

/** @param operation completes "could not …" */
export function analyticsFailed(operation: string, table: string, error: unknown): AnalyticsFailed {
  const facts = { operation, table, ...answerOf(error) };
  return new AnalyticsFailed(`could not ${operation} ${table}: ${facts.answer}`, facts);
}

function answerOf(error: unknown): Facts & { readonly answer: string } {
  if (error instanceof ClickHouseError) {
    const type = error.type ?? 'UNKNOWN';
    return { answer: type, type, code: error.code };
  }
  if (!Error.isError(error)) return { answer: 'unknown' };
  if (/^(TimeoutError|AbortError)$/.test(error.name) || /^(timeout error|the user aborted)/i.test(error.message)) {
    return { answer: 'out of time' };
  }
  const { code } = error as { readonly code?: unknown };
  return { answer: typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'no answer of ClickHouse' };
}

const AS_DATA =
  /^(CANNOT_PARSE_\w+|CANNOT_READ_\w+|TYPE_MISMATCH|CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN|VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE|TOO_LARGE_STRING_SIZE)$/;

/** Whether it was the rows that were refused, which will be no better another time. */
export const isRefusedAsData = (error: unknown): boolean =>
  error instanceof AnalyticsFailed && AS_DATA.test(String(error.facts.type));
