import { ClickHouseError } from '@clickhouse/client';
import { AnalyticsFailed, describeError } from '../errors.ts';
import { analyticsFailed, isRefusedAsData } from './analytics-failed.ts';

const said = (type: string, message = 'Cannot parse "secret row" in INSERT INTO requests: '): ClickHouseError =>
  new ClickHouseError({ code: '27', type, message });

describe('a failure of ClickHouse', () => {
  it.each([
    ['what it said', said('UNKNOWN_TABLE'), { answer: 'UNKNOWN_TABLE', type: 'UNKNOWN_TABLE', code: '27' }],
    [
      'that it was not there',
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8123'), { code: 'ECONNREFUSED' }),
      { answer: 'ECONNREFUSED' },
    ],
    ['that it was late', new Error('Timeout error.'), { answer: 'out of time' }],
    ['that there was no time', new DOMException('over', 'TimeoutError'), { answer: 'out of time' }],
    ['that it was somebody else', new Error('<html>502 secret row</html>'), { answer: 'no answer of ClickHouse' }],
    ['that it is not known', 'secret row', { answer: 'unknown' }],
  ])('says %s, and nothing of statements and rows', (_what, error, facts) => {
    const failure = analyticsFailed('insert into', 'requests', error);
    expect(failure).toBeInstanceOf(AnalyticsFailed);
    expect(describeError(failure)).toMatchObject({
      code: 'ANALYTICS_FAILED',
      verdict: 'retry',
      message: `could not insert into requests: ${facts.answer}`,
      facts: { operation: 'insert into', table: 'requests', ...facts },
    });
    expect(JSON.stringify(describeError(failure))).not.toContain('secret');
  });

  it.each([
    ['CANNOT_PARSE_DATETIME', true],
    ['CANNOT_PARSE_INPUT_ASSERTION_FAILED', true],
    ['TYPE_MISMATCH', true],
    ['INCORRECT_DATA', false], // a table that lacks a column
    ['UNKNOWN_TABLE', false],
    ['MEMORY_LIMIT_EXCEEDED', false],
    ['TIMEOUT_EXCEEDED', false],
  ])('%s is one of the rows: %s', (type, refused) => {
    expect(isRefusedAsData(analyticsFailed('insert into', 'requests', said(type)))).toBe(refused);
  });

  it('is none of the rows when it did not come from ClickHouse', () => {
    expect(isRefusedAsData(new Error('CANNOT_PARSE_DATETIME'))).toBe(false);
    expect(isRefusedAsData(analyticsFailed('insert into', 'requests', new Error('Timeout error.')))).toBe(false);
  });
});
