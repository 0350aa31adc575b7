import { stripVTControlCharacters } from 'node:util';
import { table } from './table.ts';

const columns = [{ heading: 'stage' }, { heading: 'dead', figure: true }];

it('stands in columns, figures to the right, without blanks at the end', () => {
  expect(
    table(
      [...columns, { heading: 'why' }],
      [
        ['copy', '1,204', 'missing'],
        ['publish', '3', ''],
      ],
    ),
  ).toBe('  stage     dead  why\n  copy     1,204  missing\n  publish      3\n');
});

it('stands the same when it is styled', () => {
  const rows = [[{ text: 'copy', style: 'red' as const }, '7']];
  const styled = table(columns, rows, true);
  expect(styled).toContain('\u001b[31m');
  expect(stripVTControlCharacters(styled)).toBe(table(columns, rows));
});
