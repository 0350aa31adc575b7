/** What the interface itself refuses, in ClickHouse's numbers and words, so that a client finds in it what it looks for. */
import { StatementFailed } from '../../shared/errors.ts';

/** https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const NUMBERS = {
  CANNOT_PARSE_TEXT: 6,
  UNKNOWN_FUNCTION: 46,
  NOT_IMPLEMENTED: 48,
  LOGICAL_ERROR: 49,
  SYNTAX_ERROR: 62,
  UNKNOWN_SETTING: 115,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  TOO_LARGE_STRING_SIZE: 131,
  AUTHENTICATION_FAILED: 516,
  UNKNOWN_EXCEPTION: 1002,
} as const;

export type RefusalName = keyof typeof NUMBERS;

/** `Code: 62. DB::Exception: a quote does not end. (SYNTAX_ERROR)` */
export const refusal = (name: RefusalName, message: string): StatementFailed =>
  new StatementFailed(NUMBERS[name], `Code: ${NUMBERS[name]}. DB::Exception: ${message}. (${name})`);
