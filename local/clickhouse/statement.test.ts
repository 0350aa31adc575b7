import fc from 'fast-check';
import { readStatement } from './statement.ts';

const read = (sql: string) => readStatement(Buffer.from(sql));
const rowsOf = (sql: string): string => {
  const statement = read(sql);
  return statement.kind === 'insert' ? sql.slice(statement.rowsAt) : 'no rows';
};

describe('readStatement', () => {
  it.each([
    ['SELECT 1', 'SELECT 1', undefined],
    [' SELECT 1 ; -- done ', ' SELECT 1 ', undefined],
    ['SELECT format FROM t FORMAT JSON', 'SELECT format FROM t FORMAT JSON', 'JSON'],
    ['SELECT 1 FORMAT CSV SETTINGS a = 1', 'SELECT 1 FORMAT CSV SETTINGS a = 1', 'CSV'],
    ["SELECT ' FORMAT Null'", "SELECT ' FORMAT Null'", undefined],
    ['SELECT (SELECT 1 FORMAT Null)', 'SELECT (SELECT 1 FORMAT Null)', undefined],
    ["SELECT 'a;b;c'", "SELECT 'a;b;c'", undefined],
    ['INSERT INTO t SELECT 1 FORMAT Null', 'INSERT INTO t SELECT 1 FORMAT Null', 'Null'],
    [
      'INSERT INTO t (a) SETTINGS b = 1 WITH 1 AS c SELECT c',
      'INSERT INTO t (a) SETTINGS b = 1 WITH 1 AS c SELECT c',
      undefined,
    ],
    ['WITH 1 AS format SELECT format', 'WITH 1 AS format SELECT format', undefined],
  ])('finds one statement in %j', (text, sql, format) => expect(read(text)).toEqual({ kind: 'query', sql, format }));

  it.each([
    ['INSERT INTO t FORMAT JSONEachRow\n{"a":1}', 'INSERT INTO t ', undefined, 'JSONEachRow', '{"a":1}'],
    ['insert into d.t (a, `b c`) format CSV 1;2', 'insert into d.t (a, `b c`) ', undefined, 'CSV', '1;2'],
    ["INSERT INTO t SETTINGS a = 1, b = 'x' FORMAT TSV\r\n\n1", 'INSERT INTO t ', " a = 1, b = 'x' ", 'TSV', '\n1'],
    ['INSERT INTO t VALUES (1)', 'INSERT INTO t ', undefined, 'Values', '(1)'],
    [
      '/* FORMAT X */ INSERT INTO t -- FORMAT Y\n FORMAT Z\n1',
      '/* FORMAT X */ INSERT INTO t -- FORMAT Y\n ',
      undefined,
      'Z',
      '1',
    ],
    ['INSERT INTO format FORMAT CSV\n1', 'INSERT INTO format ', undefined, 'CSV', '1'],
    ['INSERT INTO TABLE d.values (a) VALUES(1)', 'INSERT INTO TABLE d.values (a) ', undefined, 'Values', '(1)'],
    ['INSERT INTO t FORMAT JSONEachRow', 'INSERT INTO t ', undefined, 'JSONEachRow', ''],
  ])('tells rows from what they are for in %j', (text, into, settings, format, rows) => {
    expect(read(text)).toMatchObject({ kind: 'insert', into, settings, format });
    expect(rowsOf(text)).toBe(rows);
  });

  it('never looks into rows', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (rows) => {
        const head = Buffer.from('INSERT INTO t (a) SETTINGS b = 1 FORMAT JSONEachRow\n');
        const statement = readStatement(Buffer.concat([head, rows]));
        expect(statement).toEqual({
          kind: 'insert',
          into: 'INSERT INTO t (a) ',
          settings: ' b = 1 ',
          format: 'JSONEachRow',
          rowsAt: head.length,
        });
      }),
    );
  });

  it('reads any text, or says in ClickHouse’s words why not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.stringMatching(/^[ ;'"`$(){}]*(SELECT|INSERT INTO|FORMAT)?[ ;'"`$(){}]*$/),
        (bytes, text) => {
          try {
            readStatement(Buffer.concat([Buffer.from(text), bytes]));
          } catch (error) {
            expect(error).toMatchObject({
              code: 'STATEMENT_FAILED',
              message: expect.stringMatching(/^Code: \d+\. .*\([A-Z_]+\)$/),
            });
          }
        },
      ),
    );
  });

  it.each([
    ['', /Empty query/],
    [' -- nothing', /Empty query/],
    ['SELECT 1; SELECT 2', /Multi-statements/],
    ['INSERT INTO t FORMAT', /FORMAT without/],
    ["INSERT INTO t FORMAT 'CSV'", /FORMAT without/],
    ['INSERT INTO t FORMAT CSV;1', /excessive ;/],
  ])('refuses %j', (text, why) => expect(() => read(text)).toThrow(why));

  it('refuses a statement that is no UTF-8', () =>
    expect(() => readStatement(Buffer.from([...Buffer.from("SELECT '"), 0xff, 0x27]))).toThrow(/CANNOT_PARSE_TEXT/));
});
