import fc from 'fast-check';
import { type Cell, formatCsv } from './csv.ts';

/** As RFC 4180 says, and not as our own code does it: the tables of cells in a text. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, quoted] = [[] as string[], '', false];
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at];
    if (quoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (one === '"' && cell === '') quoted = true;
    else if (one === ',') [row, cell] = [[...row, cell], ''];
    else if (one === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      at += 1;
    } else cell += one;
  }
  expect([row, cell, quoted]).toEqual([[], '', false]); // every line ends
  return rows;
}

describe('a table as CSV', () => {
  it('has names, then rows', () => {
    const rows = [
      { package: 'hello', downloads: 12, others: false },
      { package: 'a,b "c"', downloads: 0, others: true },
      { downloads: 1, package: null, others: true },
    ];
    expect(formatCsv(['package', 'downloads', 'others'], rows)).toBe(
      'package,downloads,others\r\nhello,12,false\r\n"a,b ""c""",0,true\r\n,1,true\r\n',
    );
  });

  it('has the names alone where there is nothing', () => {
    expect(formatCsv(['a', 'b'], [])).toBe('a,b\r\n');
  });

  it.each([
    ['=cmd|calc', "'=cmd|calc"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM', "'@SUM"],
    ['\tx', "'\tx"],
    ['\r=1', `"'\r=1"`],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['a=b', 'a=b'],
    ['', ''],
  ])('gives a spreadsheet nothing to run: %j', (text, cell) => {
    expect(formatCsv(['a'], [{ a: text }])).toBe(`a\r\n${cell}\r\n`);
  });

  it('is read back as it was, but for the apostrophe, whatever the cells hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",\' a1') }),
    );
    const cell: fc.Arbitrary<Cell> = fc.oneof(text, fc.integer({ min: 0 }), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 5 }), (rows) => {
        const [names, ...read] = parse(formatCsv(['a', 'b', 'c'], rows));
        expect(names).toEqual(['a', 'b', 'c']);
        const said = (value: Cell): string => {
          const plain = value === null ? '' : String(value);
          return /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
        };
        expect(read).toEqual(rows.map(({ a, b, c }) => [a, b, c].map(said)));
      }),
    );
  });
});
